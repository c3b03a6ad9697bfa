// Checks our evidence with hashes, proofs and notes of golang.org/x/mod/sumdb, and nothing of ours.
//
//	foreign VKEY proof FILE.tlog-proof FILE.event
//	foreign VKEY consistency OLD-CHECKPOINT NEW-CHECKPOINT ANSWER.json
//	foreign VKEY bundle FOLDER [OLD-CHECKPOINT]
//
// Written from docs/audit.md. Says "ok" and ends with 0, or says what is wrong and ends with 1.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"foreign/note"
	"foreign/tlog"
)

const withheld = 0xFFFFFFFF

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

func run(words []string) error {
	if len(words) < 3 {
		return errors.New("wrong use")
	}
	key, err := note.NewVerifier(words[0])
	if err != nil {
		return err
	}
	switch {
	case words[1] == "proof" && len(words) == 4:
		return checkProof(key, words[2], words[3])
	case words[1] == "consistency" && len(words) == 5:
		return checkConsistency(key, words[2], words[3], words[4])
	case words[1] == "bundle" && len(words) <= 4:
		return checkBundle(key, words[2], words[3:])
	}
	return errors.New("wrong use")
}

// tree is what a checkpoint promises.
type tree struct {
	size int64
	root tlog.Hash
}

func open(key note.Verifier, data []byte) ([]string, error) {
	signed, err := note.Open(data, note.VerifierList(key))
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(signed.Text, "\n"), "\n"), nil
}

func openCheckpoint(key note.Verifier, data []byte) (tree, error) {
	lines, err := open(key, data)
	if err != nil {
		return tree{}, err
	}
	if len(lines) < 3 || lines[0] != key.Name() {
		return tree{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tree{size, root}, err
}

func checkpointFile(key note.Verifier, path string) (tree, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return tree{}, err
	}
	return openCheckpoint(key, data)
}

// record splits the next event off the bytes of an events.bin.
func record(data []byte) (position uint64, envelope, state, rest []byte, err error) {
	if len(data) < 16 {
		return 0, nil, nil, nil, errors.New("a record is cut off")
	}
	position = binary.BigEndian.Uint64(data)
	long, more := uint64(binary.BigEndian.Uint32(data[8:])), uint64(binary.BigEndian.Uint32(data[12:]))
	hasState := more != withheld
	if !hasState {
		more = 0
	}
	data = data[16:]
	if uint64(len(data)) < long+more {
		return 0, nil, nil, nil, errors.New("a record is cut off")
	}
	envelope, rest = data[:long], data[long+more:]
	if hasState {
		state = data[long : long+more]
		err = checkState(position, envelope, state)
	}
	return position, envelope, state, rest, err
}

func checkState(position uint64, envelope, state []byte) error {
	var told struct {
		Digest string `json:"data_sha256"`
	}
	if err := json.Unmarshal(envelope, &told); err != nil {
		return err
	}
	if sum := sha256.Sum256(state); hex.EncodeToString(sum[:]) != told.Digest {
		return fmt.Errorf("the contents of event %d were altered", position)
	}
	return nil
}

func checkProof(key note.Verifier, proofFile, eventFile string) error {
	text, err := os.ReadFile(proofFile)
	if err != nil {
		return err
	}
	event, err := os.ReadFile(eventFile)
	if err != nil {
		return err
	}
	head, checkpoint, found := bytes.Cut(text, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	path, err := hashes(lines[3:])
	if err != nil {
		return err
	}
	signed, err := openCheckpoint(key, checkpoint)
	if err != nil {
		return err
	}
	position, envelope, _, rest, err := record(event)
	if err != nil {
		return err
	}
	leaf := tlog.RecordHash(envelope)
	if position != uint64(index)+1 || len(rest) > 0 || lines[1] != "extra "+leaf.String() {
		return errors.New("the proof is of another event")
	}
	return tlog.CheckRecord(tlog.RecordProof(path), signed.size, signed.root, index, leaf)
}

func checkConsistency(key note.Verifier, oldFile, newFile, answerFile string) error {
	older, err := checkpointFile(key, oldFile)
	if err != nil {
		return err
	}
	newer, err := checkpointFile(key, newFile)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(answerFile)
	if err != nil {
		return err
	}
	var answer struct {
		Hashes []string `json:"hashes"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return err
	}
	path, err := hashes(answer.Hashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(tlog.TreeProof(path), newer.size, newer.root, older.size, older.root)
}

func hashes(lines []string) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(lines))
	for no, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		found[no] = hash
	}
	return found, nil
}

// manifest is what a bundle says of itself, and its log's key signed.
type manifest struct {
	Format string            `json:"format"`
	From   int64             `json:"from"`
	To     int64             `json:"to"`
	Size   int64             `json:"checkpoint_size"`
	Cuts   []int64           `json:"cuts"`
	Files  map[string]string `json:"files"`
}

func checkBundle(key note.Verifier, folder string, since []string) error {
	told, err := openManifest(key, folder)
	if err != nil {
		return err
	}
	newest, err := checkpointFile(key, filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	promises := []tree{newest}
	for _, file := range since {
		older, err := checkpointFile(key, file)
		if err != nil {
			return err
		}
		promises = append(promises, older)
	}
	leaves, err := openEvents(folder, told)
	if err != nil {
		return err
	}
	beside, err := os.ReadFile(filepath.Join(folder, "proof"))
	if err != nil {
		return err
	}
	roots, err := walk(told, leaves, beside)
	if err != nil {
		return err
	}
	for _, promise := range promises {
		root, found := roots[promise.size]
		if !found || root != promise.root {
			return fmt.Errorf("the events do not make the root that was signed for %d", promise.size)
		}
	}
	return nil
}

func openManifest(key note.Verifier, folder string) (told manifest, err error) {
	data, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	if err != nil {
		return told, err
	}
	seal, err := os.ReadFile(filepath.Join(folder, "manifest.sig"))
	if err != nil {
		return told, err
	}
	lines, err := open(key, seal)
	if err != nil {
		return told, err
	}
	sum := sha256.Sum256(data)
	digest := base64.StdEncoding.EncodeToString(sum[:])
	if strings.Join(lines, "\n") != "shilu manifest v1\n"+key.Name()+"\n"+digest {
		return told, errors.New("another manifest was signed")
	}
	if err := json.Unmarshal(data, &told); err != nil {
		return told, err
	}
	for name, wanted := range told.Files {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return told, err
		}
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != wanted {
			return told, fmt.Errorf("%s is another file", name)
		}
	}
	return told, nil
}

func openEvents(folder string, told manifest) ([]tlog.Hash, error) {
	data, err := os.ReadFile(filepath.Join(folder, "events.bin"))
	if err != nil {
		return nil, err
	}
	var leaves []tlog.Hash
	for wanted := uint64(told.From); len(data) > 0; wanted++ {
		position, envelope, _, rest, err := record(data)
		if err != nil {
			return nil, err
		}
		if position != wanted {
			return nil, fmt.Errorf("event %d stands where %d should", position, wanted)
		}
		leaves, data = append(leaves, tlog.RecordHash(envelope)), rest
	}
	if int64(len(leaves)) != told.To-told.From+1 {
		return nil, errors.New("not as many events as the manifest says")
	}
	return leaves, nil
}

// part is a perfect subtree on the right edge of a tree.
type part struct {
	size int64
	root tlog.Hash
}

// walk goes once over the whole tree, from leaves inside the range and from given roots beside it,
// and returns the root at every mark.
func walk(told manifest, leaves []tlog.Hash, beside []byte) (map[int64]tlog.Hash, error) {
	start := told.From - 1
	marks := append([]int64{start, told.To, told.Size}, told.Cuts...)
	sort.Slice(marks, func(a, b int) bool { return marks[a] < marks[b] })
	var edge []part
	found, at := map[int64]tlog.Hash{}, int64(0)
	for _, mark := range marks {
		for at < mark {
			size := int64(1) << (bits.Len64(uint64(mark-at)) - 1)
			if at > 0 {
				size = min(size, at&-at)
			}
			next := part{size: size}
			if at >= start && at < told.To {
				next.root = perfect(leaves[at-start : at-start+size])
			} else if len(beside) < tlog.HashSize {
				return nil, errors.New("the proof is too short")
			} else {
				copy(next.root[:], beside)
				beside = beside[tlog.HashSize:]
			}
			edge, at = push(edge, next), at+size
		}
		if len(edge) > 0 {
			found[mark] = fold(edge)
		}
	}
	if len(beside) > 0 {
		return nil, errors.New("the proof is too long")
	}
	return found, nil
}

func perfect(row []tlog.Hash) tlog.Hash {
	if len(row) == 1 {
		return row[0]
	}
	half := len(row) / 2
	return tlog.NodeHash(perfect(row[:half]), perfect(row[half:]))
}

func push(edge []part, next part) []part {
	for len(edge) > 0 && edge[len(edge)-1].size == next.size {
		next = part{2 * next.size, tlog.NodeHash(edge[len(edge)-1].root, next.root)}
		edge = edge[:len(edge)-1]
	}
	return append(edge, next)
}

func fold(edge []part) tlog.Hash {
	root := edge[len(edge)-1].root
	for no := len(edge) - 2; no >= 0; no-- {
		root = tlog.NodeHash(edge[no].root, root)
	}
	return root
}
