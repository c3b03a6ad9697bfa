// This browser is a witness: it keeps the newest checkpoint and the receipts of what was written here,
// and at the next visit demands proof that the log still begins with all of it (docs/audit.md).
const LOG = document.documentElement.dataset.log ?? '/log', OF = LOG.slice(4); // each branch's log for itself
const KEPT = `shilu.checkpoint${OF}`, RECEIPTS = `shilu.receipts${OF}`, ALARM = `shilu.alarm${OF}`, MINUTE = 60000;
const load = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
const save = (key, value) => localStorage.setItem(key, JSON.stringify(value));
const un64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), to64 = (data) => btoa(String.fromCharCode(...data));
const node = async (left, right) => new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array([1, ...left, ...right])));
const half = (n) => Math.floor(n / 2);
const ask = async (address) => { const answer = await fetch(address); return answer.ok ? answer : done(answer); };
const done = (answer) => { answer.body?.cancel(); return null; }; // what nobody reads keeps its request open

// Climbs from a node; `old` is the root of the older tree (RFC 9162, 2.1.3.2 and 2.1.4.2).
async function climb(at, last, start, path) {
  let root = start, old = start;
  for (const hash of path.map(un64)) {
    if (!last) return null;
    if (at % 2 || at === last) {
      root = await node(hash, root); old = await node(hash, old);
      while (at && at % 2 === 0) { at /= 2; last = half(last); }
    } else root = await node(root, hash);
    at = half(at); last = half(last);
  }
  return last ? null : [to64(root), to64(old)];
}

async function goesOn(kept, next, path) {
  if (kept.size === next.size) return kept.root === next.root;
  let at = kept.size - 1, last = next.size - 1;
  while (at % 2) { at = half(at); last = half(last); }
  const [first, ...rest] = at === 0 ? [kept.root, ...path] : path; // at 0: the old tree is a subtree of its own
  const roots = first && await climb(at, last, un64(first), rest);
  return !!roots && roots[0] === next.root && roots[1] === kept.root;
}

const parse = (note) => { const [origin, size, root] = note.split('\n'); return { origin, size: +size, root, note }; };
const alarm = (why, shown) => save(ALARM, { why, shown, kept: load(KEPT), at: Date.now() });

async function hold() {
  const kept = load(KEPT), answer = await fetch(`${LOG}/checkpoint`), now = Date.now();
  if (!answer.ok) done(answer);
  if (answer.status === 404 && kept) return alarm('gone', '');
  if (!answer.ok) return;
  const next = parse(await answer.text());
  if (kept && (kept.origin !== next.origin || kept.size > next.size)) return alarm(kept.origin === next.origin ? 'shorter' : 'other', next.note);
  if (kept && kept.size < next.size) {
    const proof = await ask(`${LOG}/proof/consistency?from=${kept.size}&to=${next.size}`);
    if (!proof) return; // the tree is being built anew: asked again next time
    if (!await goesOn(kept, next, (await proof.json()).hashes)) return alarm('changed', next.note);
  } else if (kept && kept.root !== next.root) return alarm('changed', next.note);
  save(KEPT, { ...next, since: kept?.since ?? now, first: kept?.first ?? next.size, checked: now });
  await holdReceipts(next);
}

async function holdReceipts(next) {
  const receipts = load(RECEIPTS) ?? [];
  for (const receipt of receipts.filter((one) => !one.found && one.position <= next.size).slice(-20)) {
    const answer = await ask(`${LOG}/proof/inclusion?position=${receipt.position}&size=${next.size}`);
    if (!answer) continue;
    const { hashes } = await answer.json(), roots = await climb(receipt.position - 1, next.size - 1, un64(receipt.leaf), hashes);
    if (roots?.[0] !== next.root) return alarm('lost', receipt.note);
    receipt.found = next.size;
  }
  save(RECEIPTS, receipts);
}

async function take(address) {
  const [, after] = /[?&]after=(\d+)/.exec(address) ?? [], receipts = load(RECEIPTS) ?? [];
  if (!after || receipts.some((one) => one.position === +after)) return;
  const answer = await ask(`/receipts/${after}`);
  if (!answer) return;
  const note = await answer.text(), [, , position, leaf] = note.split('\n');
  save(RECEIPTS, [...receipts, { position: +position, leaf, note }].slice(-100));
}

function show() {
  const banner = document.getElementById('witness');
  if (banner) banner.hidden = !load(ALARM);
  document.dispatchEvent(new Event('witnessed'));
}

async function run() {
  show();
  const kept = load(KEPT);
  if (!globalThis.crypto?.subtle) return;
  try {
    await take(location.search);
    if (!load(ALARM) && (!kept || Date.now() - kept.checked > MINUTE)) await hold();
  } catch { /* no signal: asked again at the next visit */ }
  show();
}
document.addEventListener('accepted', (event) => take(event.detail).catch(() => {})); // sent from the queue
run();
