// Shows what this browser keeps as a witness (witness.js), since when, and lets it be taken away.
const OF = (document.documentElement.dataset.log ?? '/log').slice(4); // as in witness.js
const KEYS = { kept: `shilu.checkpoint${OF}`, receipts: `shilu.receipts${OF}`, alarm: `shilu.alarm${OF}` };
const load = (key) => { try { return JSON.parse(localStorage.getItem(KEYS[key])); } catch { return null; } };
const box = document.getElementById('kept'), part = (name) => box.querySelector(`[data-if=${name}]`);
const when = (ms) => new Date(ms).toLocaleString(document.documentElement.lang);

function show() {
  const kept = load('kept'), receipts = load('receipts') ?? [], alarm = load('alarm');
  const told = kept && {
    size: kept.size.toLocaleString(), since: when(kept.since), first: kept.first.toLocaleString(),
    checked: when(kept.checked), receipts: receipts.length, found: receipts.filter((one) => one.found).length,
  };
  if (told) for (const slot of box.querySelectorAll('[data-kept]')) slot.textContent = told[slot.dataset.kept];
  part('none').hidden = !!kept;
  part('kept').hidden = !kept;
  part('alarm').hidden = !alarm;
  for (const why of box.querySelectorAll('[data-why]')) why.hidden = why.dataset.why !== alarm?.why;
  const all = [alarm && JSON.stringify(alarm, null, 1), kept?.note, ...receipts.map((one) => one.note)];
  for (const link of box.querySelectorAll('[download]')) link.href = URL.createObjectURL(new Blob([all.filter(Boolean).join('\n')], { type: 'text/plain' }));
}
part('alarm').querySelector('button').addEventListener('click', () => {
  for (const key of Object.values(KEYS)) localStorage.removeItem(key);
  location.reload();
});
if (!globalThis.crypto?.subtle) part('none').querySelector('[data-plain]').hidden = false;
document.addEventListener('witnessed', show);
show();
