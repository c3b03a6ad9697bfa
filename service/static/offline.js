// Entries, plans and summaries that wait on this device until there is a signal.
// A form marked data-offline is kept here first, then sent; its command id makes it count once.
const tray = document.querySelector('#waiting');
const words = tray?.dataset ?? {};
const forms = 'form[data-offline]';
const say = (key, n) => (words[key] ?? '').replace('{n}', n);
const HOUR = 3600_000, SOON = 1000;
let uploaded = 0;  // since this page was opened
let pause = SOON, timer;  // before the next try

// --- the store: "queue" has what waits, "about" whose phone this is ---

function opened() {
  return new Promise((done, fail) => {
    const asked = indexedDB.open('shilu', 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore('queue', { keyPath: 'id' });
      asked.result.createObjectStore('about', { keyPath: 'key' });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
}

async function use(store, mode, work) {
  const base = await opened();
  try {
    return await new Promise((done, fail) => {
      const change = base.transaction(store, mode, { durability: 'strict' });
      const asked = work(change.objectStore(store));
      change.oncomplete = () => done(asked.result);
      change.onerror = change.onabort = () => fail(change.error);
    });
  } finally { base.close(); }
}

const put = (item) => use('queue', 'readwrite', (store) => store.put(item));
const drop = (id) => use('queue', 'readwrite', (store) => store.delete(id));
const find = (id) => use('queue', 'readonly', (store) => store.get(id));
const all = async () => (await use('queue', 'readonly', (store) => store.getAll())).sort((a, b) => a.made - b.made);
const about = async () => (await use('about', 'readonly', (store) => store.get('me'))) ?? {};

/** Tell whether an item stands in a form of this page: then the reader is at it. */
const inHand = (id) => [...document.querySelectorAll(`${forms} [name=command_id]`)].some((field) => field.value === id);

// --- sending ---

async function ask(path, options = {}) {
  try {
    return await fetch(path, { credentials: 'same-origin', signal: AbortSignal.timeout(15_000), ...options });
  } catch { return null; }  // no signal, or none worth the name
}

async function session() {
  const answer = await ask('/queue');
  if (answer?.status === 401) return { gone: true };
  try { return answer?.ok ? await answer.json() : null; } catch { return null; }  // a guest network's own page
}

async function sayings(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const found = page.querySelectorAll('.summary li');
  return [...(found.length ? found : page.querySelectorAll('main h1, main p'))].map((line) => line.textContent.trim());
}

/** Send one item; return where to look, or '' if it was refused, or null if it must wait. */
async function post(item, csrf) {
  const body = new URLSearchParams(item.fields);
  body.set('csrf_token', csrf);
  body.set('command_id', item.id);
  body.set('waited', Math.max(0, Math.round((Date.now() - item.made) / 1000)));
  const answer = await ask(item.action, { method: 'POST', body, headers: { 'Shilu-Queue': 'yes' } });
  const verdict = answer?.headers.get('Shilu-Queue');
  if (verdict === 'accepted') {
    const { see } = await answer.json();
    await drop(item.id);
    document.dispatchEvent(new CustomEvent('accepted', { detail: see })); // witness.js fetches the receipt
    return see;
  }
  if (verdict !== 'refused') return null;
  await put({ ...item, state: 'refused', said: await sayings(answer) });
  return '';
}

async function send(only) {
  const waiting = (await all()).filter((item) => (only ? item.id === only : item.state === 'waiting' && !inHand(item.id)));
  const now = waiting.length ? await session() : null;
  if (now?.gone) await remember({ gone: true });
  if (!now?.person) return null;
  let see = null, accepted = 0;
  for (const item of waiting.filter((one) => one.person === now.person)) {
    see = await post(item, now.csrf);
    if (see === null) break;
    accepted += see !== '';
  }
  uploaded += accepted;
  if (accepted && !only) await refresh(accepted, see);
  return see;
}

/** Show what has just been uploaded where this page lists it; forms are left alone. */
async function refresh(accepted, see) {
  document.querySelector('#waiting-said').textContent = say('sent', accepted);
  const parts = document.querySelectorAll('[data-fresh]');
  if (!parts.length) return;
  const after = new URL(see || '/', location).searchParams.get('after') ?? '';
  const answer = await ask(`${location.pathname}?day=${parts[0].dataset.fresh}&after=${after}`);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const part of parts) {
    const fresh = page.getElementById(part.id);
    if (fresh) part.replaceChildren(...fresh.childNodes);
  }
}

async function flush(only, patient) {
  // two open pages do not send the same twice; with signal anew, what began without must fail first
  const turn = only || patient ? {} : { ifAvailable: true };
  try {
    if (!navigator.locks) return await send(only);
    return await navigator.locks.request('shilu-queue', turn, (lock) => (lock ? send(only) : null));
  } finally { await settle(); }
}

/** Show what waits, and try it again ever later: a phone's word that it has signal may never come. */
async function settle() {
  clearTimeout(timer);
  if (!await paint()) { pause = SOON; return; }
  timer = setTimeout(() => flush().catch(() => {}), pause);
  pause = Math.min(pause * 2, HOUR / 60);
}

// --- keeping what is written ---

/** Where a form goes; `form.action` is a button where one has that name. */
const pathOf = (form) => new URL(form.getAttribute('action'), location).pathname;

async function keep(form, submitter) {
  const fields = [...new FormData(form, submitter)].filter(([name]) => name !== 'csrf_token' && name !== 'waited');
  const id = form.elements.command_id.value || crypto.randomUUID();
  const before = await find(id), { person } = await about();
  if (!person) return alert(words.nobody);
  const path = pathOf(form);
  await put({ id, person, action: path, what: form.dataset.offline, fields, made: before?.made ?? Date.now(), state: 'waiting', said: [] });
  navigator.storage?.persist?.();
  const see = await flush(id);
  if (see) return location.assign(see);
  if (see === '') return amend(await find(id));
  clear(form);
  await settle();
  document.querySelector('#waiting-said').textContent = say('kept');
  tray.scrollIntoView({ block: 'nearest' });
}

/** Send a form as the browser would have, with the button that was pressed. */
function sendAtOnce(form, submitter) {
  const { name, value } = submitter ?? {};
  if (name) form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
  form.submit();
}

function clear(form) {
  form.reset();
  form.elements.command_id.value = crypto.randomUUID();
  const refused = form.closest('main').querySelector('.summary');
  if (!refused) return;
  refused.remove();  // the page came back with what was typed; that is kept now
  for (const field of form.elements) {
    if (field.type === 'radio' || field.type === 'checkbox') field.checked = false;
    else if (field.type !== 'hidden' && field.type !== 'submit') field.value = '';
  }
}

/** Let the server show its form again, with what was typed and what is wrong. */
async function amend(item) {
  const now = await session();
  if (!now?.csrf) return fill(item);
  await put({ ...item, state: 'waiting' });
  const form = document.createElement('form');
  Object.assign(form, { method: 'post', action: item.action, hidden: true });
  const waited = Math.round((Date.now() - item.made) / 1000);
  const fields = [...item.fields, ['csrf_token', now.csrf], ['waited', waited]].filter(([name]) => name !== 'command_id');
  for (const [name, value] of [...fields, ['command_id', item.id]]) {
    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
  }
  document.body.append(form);
  form.submit();
}

/** Without signal, put what was typed back into the same form of this page. */
function fill(item) {
  const form = [...document.querySelectorAll(forms)].find((one) => pathOf(one) === item.action);
  if (!form) return alert(words.later);
  form.reset();
  form.elements.command_id.value = item.id;
  for (const [name, value] of item.fields) {
    for (const field of form.querySelectorAll(`[name="${name}"]`)) {
      if (field.type === 'radio' || field.type === 'checkbox') field.checked ||= field.value === value;
      else if (name !== 'command_id') field.value = value;
    }
  }
  form.closest('details')?.setAttribute('open', '');
  form.scrollIntoView();
  form.querySelector('input:not([type=hidden])')?.focus({ preventScroll: true });
  paint();
}

// --- showing it ---

/** Show what is kept; tell whether anything of this person's still waits for a try. */
async function paint() {
  if (!tray) return false;
  const items = (await all()).filter((item) => !inHand(item.id)), { person, gone } = await about();
  const mine = items.filter((item) => item.person === person);
  const counts = { waiting: mine.filter((item) => item.state === 'waiting').length };
  counts.refused = mine.length - counts.waiting;
  counts.others = items.length - mine.length;
  const oldest = Math.floor((Date.now() - (mine[0]?.made ?? Date.now())) / HOUR);
  const lines = Object.entries(counts).filter(([, n]) => n).map(([key, n]) => say(key, n));
  if (oldest >= 24) lines.push(say('old', oldest));
  if (gone && counts.waiting) lines.push(say('sign'));
  tray.hidden = !items.length;
  tray.querySelector('b').textContent = lines.join(words.joint ?? ' ');
  tray.querySelector('ul').replaceChildren(...mine.map(row));
  const all_sent = document.querySelector('[data-all-sent]');
  if (all_sent) all_sent.hidden = items.length > 0 || !uploaded;
  return counts.waiting > 0 && !gone;
}

const brief = (text) => (text.length > 30 ? `${text.slice(0, 29)}…` : text);

function row(item) {
  const line = tray.querySelector('template').content.firstElementChild.cloneNode(true);
  const typed = Object.fromEntries(item.fields);
  const of = [item.what, typed.new_name || typed.customer_name || typed.summary || typed.note].filter(Boolean);
  line.querySelector('.what').textContent = of.map(brief).join(' · ');
  line.querySelector('time').textContent = new Date(item.made).toLocaleString(document.documentElement.lang, { dateStyle: 'short', timeStyle: 'short' });
  line.querySelector('p').textContent = item.said.join(' ');
  line.classList.toggle('wrong', item.state === 'refused');
  const [edit, discard] = line.querySelectorAll('button');
  edit.addEventListener('click', () => (item.state === 'refused' ? amend(item) : fill(item)));
  discard.addEventListener('click', async () => { if (await sure(words.drop)) { await drop(item.id); await paint(); } });
  return line;
}

function sure(question) {
  const dialog = document.querySelector('#sure');
  dialog.querySelector('p').textContent = question;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener('close', () => done(dialog.returnValue === 'yes'), { once: true }));
}

/** Ask whoever goes while something of theirs waits; it goes with them, another person's stays. */
async function leave() {
  const { person } = await about();
  const left = (await all()).filter((item) => item.person === person);
  if (left.length && !await sure(say('leave', left.length))) return false;
  for (const item of left) await drop(item.id);
  return true;
}

async function remember(facts) {
  const known = await about();
  await use('about', 'readwrite', (store) => store.put({ ...known, ...facts, key: 'me' }));
}

/** Return the first working day after today as forms write it; `off` and `makeUp` list the calendar's exceptions. */
function nextWorkingDay({ off = '', makeUp = '' }) {
  const day = new Date();
  day.setHours(12, 0, 0, 0);  // far from a clock change
  for (let n = 0; n < 15; n += 1) {
    day.setDate(day.getDate() + 1);
    const written = day.toLocaleDateString('sv-SE'), weekend = day.getDay() % 6 === 0;
    if (makeUp.includes(written) || !weekend && !off.includes(written)) return written;
  }
  return new Date(Date.now() + 24 * HOUR).toLocaleDateString('sv-SE');
}

async function begin() {
  if (words.person) await remember({ person: words.person, gone: false });
  navigator.serviceWorker?.register('/sw.js').catch(() => {});
  for (const field of document.querySelectorAll(`${forms} [name=command_id]`)) field.value ||= crypto.randomUUID();
  for (const field of document.querySelectorAll('[data-next-working-day]')) field.defaultValue ||= nextWorkingDay(field.dataset);
  await flush();
}

if (tray && isSecureContext && 'indexedDB' in window) {
  document.addEventListener('submit', async (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches(`${forms}, form[action="/sign-out"]`)) return;
    event.preventDefault();
    try {
      if (form.matches(forms)) { await keep(form, event.submitter); return; }
      if (await leave()) form.submit();
    } catch { sendAtOnce(form, event.submitter); } finally { delete form.dataset.sent; }  // a device that keeps nothing
  });
  const again = () => flush().catch(() => {});
  addEventListener('online', () => flush(undefined, true).catch(() => {}));
  addEventListener('offline', () => paint());
  document.addEventListener('visibilitychange', () => document.hidden || again());
  setInterval(again, 60_000);
  begin().catch(() => {});
}
