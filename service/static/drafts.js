// Keeps what is being written on this device until it is saved. Forms work without this file.
const PREFIX = 'draft:';
const typed = (form) => [...form.elements].filter((one) => one.name && one.type !== 'hidden' && one.tagName !== 'BUTTON');
for (const form of document.querySelectorAll('form[data-draft]')) {
  const key = PREFIX + form.dataset.draft;
  const note = form.querySelector('[data-draft-note]');
  try {
    const kept = JSON.parse(localStorage.getItem(key) || 'null');
    if (kept && kept.version === form.dataset.version && !form.hasAttribute('data-sent')) {
      let back = false;
      for (const field of typed(form)) {
        const value = kept.values[field.name];
        if (value === undefined || field.type === 'checkbox' || value === field.value) continue;
        field.value = value;
        back = true;
      }
      if (back && note) note.hidden = false;
    } else if (kept) localStorage.removeItem(key);
  } catch { /* no storage, or not ours: the form is as the server sent it */ }
  let wait = 0;
  form.addEventListener('input', () => {
    clearTimeout(wait);
    wait = setTimeout(() => {
      const values = Object.fromEntries(typed(form).map((field) => [field.name, field.value]));
      try { localStorage.setItem(key, JSON.stringify({ version: form.dataset.version, values })); } catch { /* full */ }
    }, 600);
  });
}
for (const form of document.querySelectorAll('form[action="/sign-out"]')) {  // phones are shared
  form.addEventListener('submit', () => {
    try {
      for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
    } catch { /* nothing was kept */ }
  });
}
