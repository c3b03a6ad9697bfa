// Everything works without this file; it only saves a second here and there.
document.querySelector('.summary')?.focus();
for (const form of document.forms) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }  // a second tap is not a second entry
    form.dataset.sent = 'yes';
    setTimeout(() => delete form.dataset.sent, 4000);
  });
}
for (const select of document.querySelectorAll('select[data-go]')) {
  select.addEventListener('change', () => select.form.requestSubmit());
}
addEventListener('pageshow', () => { for (const form of document.forms) delete form.dataset.sent; });
