// Keys on the review page; the page works without them, and they can be switched off (WCAG 2.1.4).
const STORE = 'review-keys', page = document, help = page.getElementById('keys');
const off = page.getElementById('keys-off');
const read = () => { try { return localStorage.getItem(STORE); } catch { return null; } };
const keep = (value) => { try { localStorage.setItem(STORE, value); } catch { /* for this page only */ } };

if (help && off) {
  help.hidden = false;
  off.checked = read() === 'off';
  off.addEventListener('change', () => keep(off.checked ? 'off' : 'on'));
}
const go = (name) => { const to = page.querySelector(`[data-key="${name}"]`)?.href; if (to) location.href = to; };
const form = () => page.getElementById('review-form');
function pick(name, value) {
  const found = form()?.querySelector(`input[name="${name}"][value="${value}"]`);
  if (found) found.checked = true;
  return found;
}
const write = () => form()?.querySelector('textarea[name="text"]')?.focus();
const keys = {
  j: () => go('next'),
  k: () => go('previous'),
  c: () => go('coach'),
  r: write,
  a: () => { pick('verdict', 'good'); pick('kind', 'praise'); write(); },
  u: () => { const undo = page.querySelector('[data-undo]'); if (undo) undo.requestSubmit(); else form()?.reset(); },
  '?': () => { if (help) { help.open = !help.open; help.querySelector('summary').focus(); } },
};
for (const n of [1, 2, 3, 4, 5]) keys[n] = () => { if (pick('phrase', n - 1)) write(); };

addEventListener('keydown', (event) => {
  const typing = event.target.closest?.('input:not([type=radio],[type=checkbox]), textarea, select, [contenteditable]');
  if (typing || off?.checked || event.ctrlKey || event.metaKey || event.altKey) return;
  const what = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!what) return;
  event.preventDefault();
  what();
});
