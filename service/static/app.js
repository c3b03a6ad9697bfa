// Everything works without this file; it only saves a second here and there.
document.querySelector('.summary')?.focus();
for (const form of document.querySelectorAll('form:not([method=dialog])')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }  // a second tap is not a second entry
    form.dataset.sent = 'yes';
    setTimeout(() => delete form.dataset.sent, 4000);
  });
}
for (const select of document.querySelectorAll('select[data-go]')) {
  select.addEventListener('change', () => select.form.requestSubmit());
}
for (const undo of document.querySelectorAll('[data-undo]')) {  // an offer for eight seconds, longer while looked at
  let left = 8;
  const clock = setInterval(() => {
    if (document.hidden || undo.closest('.done').matches(':hover, :focus-within')) return;
    if (--left === 0) { clearInterval(clock); undo.remove(); }
  }, 1000);
}
addEventListener('pageshow', () => { for (const form of document.forms) delete form.dataset.sent; });
for (const live of document.querySelectorAll('[data-live]')) {  // what must be seen at once, looked at anew
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { credentials: 'same-origin' });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = answer.ok && page.getElementById(live.id);
      if (fresh && fresh.innerHTML !== live.innerHTML) live.replaceChildren(...fresh.childNodes);
    } catch { /* no signal: the next round tries again */ }
  }, 3000);
}
