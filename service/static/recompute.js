// Recomputes an exported bundle here, in the browser: signatures, files, every event, the tree.
// Written from docs/audit.md; asks the server for nothing.
const $ = (id) => document.getElementById(id);
const words = Object.fromEntries([...$('words').children].map((li) => [li.dataset.k, li.textContent]));
const text = new TextDecoder(), bytes = new TextEncoder(), BATCH = 2048, CHUNK = 1 << 22, WITHHELD = 0xffffffff;

class Bad extends Error {
  constructor(word, slots = {}) { super(word); this.word = word; this.slots = slots; }
}
const fill = (word, slots = {}) => words[word].replace(/\{(\w+)\}/g, (_, name) => slots[name] ?? '');
const sha = async (data) => new Uint8Array(await crypto.subtle.digest('SHA-256', data));
const hex = (data) => Array.from(data, (n) => n.toString(16).padStart(2, '0')).join('');
const unbase64 = (given) => Uint8Array.from(atob(given), (c) => c.charCodeAt(0));
const base64 = (data) => btoa(String.fromCharCode(...data));
const joined = (...parts) => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
};
const read = async (blob) => new Uint8Array(await blob.arrayBuffer());

// --- the zip file: its files lie in it as they are ---

async function unzip(file) {
  const end = await read(file.slice(-65557)), view = new DataView(end.buffer);
  let at = end.length - 22;
  while (at >= 0 && view.getUint32(at, true) !== 0x06054b50) at--;
  if (at < 0) throw new Bad('no_bundle');
  let size = view.getUint32(at + 12, true), start = view.getUint32(at + 16, true);
  if (start === WITHHELD || size === WITHHELD) {
    const far = new DataView((await read(file.slice(Number(view.getBigUint64(at - 12, true)), undefined))).buffer);
    size = Number(far.getBigUint64(40, true)); start = Number(far.getBigUint64(48, true));
  }
  const list = await read(file.slice(start, start + size)), files = {};
  for (let i = 0; i < list.length;) {
    const row = new DataView(list.buffer, i), name = row.getUint16(28, true), extra = row.getUint16(30, true);
    let length = row.getUint32(24, true), place = row.getUint32(42, true);
    if (row.getUint16(10, true) !== 0) throw new Bad('no_bundle');
    for (let e = 46 + name; e < 46 + name + extra; e += 4 + row.getUint16(e + 2, true)) {
      if (row.getUint16(e, true) !== 1) continue;
      let far = e + 4;
      if (length === WITHHELD) { length = Number(row.getBigUint64(far, true)); far += 16; }
      if (place === WITHHELD) place = Number(row.getBigUint64(far, true));
    }
    const head = new DataView((await read(file.slice(place, place + 30))).buffer);
    const from = place + 30 + head.getUint16(26, true) + head.getUint16(28, true);
    files[text.decode(list.slice(i + 46, i + 46 + name))] = file.slice(from, from + length);
    i += 46 + name + extra + row.getUint16(32, true);
  }
  return files;
}

// --- keys and notes ---

async function readKey(given) {
  const [, name, id, data] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(given.trim()) ?? [];
  if (!name) throw new Bad('no_key');
  const raw = unbase64(data), known = (await sha(joined(bytes.encode(name + '\n'), raw))).slice(0, 4);
  if (raw[0] !== 1 || hex(known) !== id) throw new Bad('no_key');
  try {
    return { name, id, key: await crypto.subtle.importKey('raw', raw.slice(1), 'Ed25519', false, ['verify']) };
  } catch { throw new Bad('old_browser'); }
}

async function openNote(given, key, what) {
  const at = given.lastIndexOf('\n\n'), said = given.slice(0, at + 1);
  for (const line of given.slice(at + 2).split('\n')) {
    const [, name, mark] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
    const data = name === key.name ? unbase64(mark) : [];
    if (data.length === 68 && hex(data.slice(0, 4)) === key.id
        && await crypto.subtle.verify('Ed25519', key.key, data.slice(4), bytes.encode(said))) return said.split('\n');
  }
  throw new Bad('signature', { what });
}

async function openCheckpoint(given, key, what) {
  const [origin, size, root] = await openNote(given, key, what);
  if (origin !== key.name || !/^\d{1,15}$/.test(size)) throw new Bad('signature', { what });
  return { size: +size, root };
}

// --- events and the tree ---

async function* records(blob) {
  let rest = new Uint8Array();
  for (let at = 0; at < blob.size; at += CHUNK) {
    rest = joined(rest, await read(blob.slice(at, at + CHUNK)));
    let i = 0;
    for (const view = new DataView(rest.buffer); i + 16 <= rest.length;) {
      const long = view.getUint32(i + 8), more = view.getUint32(i + 12), held = more === WITHHELD;
      const end = i + 16 + long + (held ? 0 : more);
      if (end > rest.length) break;
      yield { position: Number(view.getBigUint64(i)), envelope: rest.subarray(i + 16, i + 16 + long),
        state: held ? null : rest.subarray(i + 16 + long, end) };
      i = end;
    }
    rest = rest.slice(i);
  }
  if (rest.length) throw new Bad('no_bundle');
}

async function checkBatch(batch, manifest, first, leaves) {
  await Promise.all(batch.map(async ({ position, envelope, state }, no) => {
    const event = first + no + 1;
    if (position !== event) throw new Bad('gone', { event });
    const told = JSON.parse(text.decode(envelope));
    if (told.log !== manifest.log || (state === null) === manifest.states) throw new Bad('altered', { event });
    if (state && hex(await sha(state)) !== told.data_sha256) throw new Bad('altered', { event });
    leaves.set(await sha(joined([0], envelope)), 32 * (event - manifest.from));
  }));
}

async function readEvents(blob, manifest) {
  const count = manifest.to - manifest.from + 1, leaves = new Uint8Array(32 * count);
  let batch = [], done = 0;
  const flush = async () => {
    await checkBatch(batch, manifest, manifest.from - 1 + done, leaves);
    done += batch.length; batch = [];
    progress(done, count);
  };
  for await (const record of records(blob)) {
    if (done + batch.length >= count) throw new Bad('gone', { event: manifest.to + 1 });
    if (batch.push(record) >= BATCH) await flush();
  }
  await flush();
  if (done < count) throw new Bad('gone', { event: manifest.from + done });
  return leaves;
}

const node = (left, right) => sha(joined([1], left, right));

async function perfect(row) {
  while (row.length > 32) {
    const above = new Uint8Array(row.length / 2);
    for (let at = 0; at < row.length; at += 64 * BATCH) {
      const pairs = [];
      for (let i = at; i < Math.min(at + 64 * BATCH, row.length); i += 64) pairs.push(sha(joined([1], row.subarray(i, i + 64))));
      (await Promise.all(pairs)).forEach((hash, no) => above.set(hash, at / 2 + 32 * no));
    }
    row = above;
  }
  return row;
}

async function walk(manifest, leaves, beside, more) {
  const start = manifest.from - 1, marks = [start, manifest.to, manifest.checkpoint_size, ...manifest.cuts, ...more];
  const edge = [], found = new Map();
  let at = 0;
  for (const mark of marks.sort((a, b) => a - b)) {
    while (at < mark) {
      let size = 1;
      while (size * 2 <= mark - at && at % (size * 2) === 0) size *= 2;
      let root = at >= start && at < manifest.to
        ? await perfect(leaves.subarray(32 * (at - start), 32 * (at - start + size))) : beside.subarray(0, 32);
      if (!(at >= start && at < manifest.to)) beside = beside.subarray(32);
      for (at += size; edge.length && edge.at(-1).size === size; size *= 2) root = await node(edge.pop().root, root);
      edge.push({ size, root });
    }
    if (edge.length) {
      let root = edge.at(-1).root;
      for (let i = edge.length - 2; i >= 0; i--) root = await node(edge[i].root, root);
      found.set(mark, base64(root));
    }
  }
  return found;
}

// --- one bundle from its beginning to its end ---

async function check(file, keyText, oldText) {
  const key = await readKey(keyText), files = await unzip(file);
  if (!files['manifest.json'] || !files['events.bin']) throw new Bad('no_bundle');
  const packed = await read(files['manifest.json']), manifest = JSON.parse(text.decode(packed));
  const seal = await openNote(await files['manifest.sig'].text(), key, 'manifest.sig');
  if (seal[0] !== 'shilu manifest v1' || seal[1] !== key.name || seal[2] !== base64(await sha(packed))) throw new Bad('signature', { what: 'manifest.json' });
  for (const [name, told] of Object.entries(manifest.files)) {
    if (!files[name] || hex(await sha(await read(files[name]))) !== told) throw new Bad('file', { what: name });
  }
  const promises = [await openCheckpoint(await files.checkpoint.text(), key, 'checkpoint')];
  if (oldText.trim()) promises.push(await openCheckpoint(oldText.trim() + '\n', key, words.old));
  const older = promises.slice(1).map((one) => one.size);
  if (older.some((size) => size > manifest.checkpoint_size)) throw new Bad('older', { size: older[0] });
  const leaves = await readEvents(files['events.bin'], manifest);
  const inside = older.filter((size) => size >= manifest.from - 1 && size <= manifest.to);
  const roots = await walk(manifest, leaves, await read(files.proof), inside);
  for (const promise of promises) {
    if (!roots.has(promise.size)) throw new Bad('not_led', { size: promise.size });
    if (roots.get(promise.size) !== promise.root) throw new Bad('root', { size: promise.size });
  }
  return { first: manifest.from, last: manifest.to, size: manifest.checkpoint_size, old: older[0] ?? '' };
}

function progress(done, of) {
  $('bar').max = of; $('bar').value = done;
  $('where').textContent = fill('progress', { done: done.toLocaleString(), of: of.toLocaleString() });
}
function show(word, slots, good) {
  $('verdict').className = good ? 'ok' : 'bad';
  $('verdict').textContent = words[good ? 'good' : 'bad'];
  const block = slots.event ? Math.floor((slots.event - 1) / 256) : '';
  $('told').textContent = fill(word, { ...slots, block });
}

$('old').value ||= JSON.parse(localStorage.getItem('shilu.checkpoint') ?? '{}').note ?? '';
$('recompute').hidden = false; // nothing works here without a script
$('recompute').addEventListener('submit', async (event) => {
  event.preventDefault();
  const [file] = $('bundle').files;
  $('result').hidden = false; $('verdict').textContent = ''; $('told').textContent = '';
  if (!globalThis.crypto?.subtle) return show('old_browser', {}, false);
  if (!file) return show('no_bundle', {}, false);
  try {
    const done = await check(file, $('key').value, $('old').value);
    show(done.old ? 'intact_old' : 'intact', done, true);
  } catch (problem) {
    show(problem.word ?? 'no_bundle', problem.slots ?? {}, false);
  }
  $('verdict').focus();
});
