// The slider says its day while it is dragged, and plays a day a second. Works without: press 回放.
const DAY = 86400000, page = document;
const slider = () => page.getElementById('slide');
let timer = 0;

function say() {
  const day = new Date(Date.parse(slider().dataset.first) + slider().value * DAY);
  const text = day.toLocaleDateString(page.documentElement.lang, {
    timeZone: 'UTC', year: 'numeric', month: 'long', day: 'numeric', weekday: 'short' });
  page.getElementById('slid').textContent = text;
  slider().setAttribute('aria-valuetext', text);
}
function label() {
  const button = page.getElementById('play');
  if (!button) return;
  button.dataset.play ??= button.textContent;
  button.textContent = timer ? button.dataset.stop : button.dataset.play;
  button.hidden = false;
}
function stop() { clearInterval(timer); timer = 0; label(); }
function step() {
  const at = slider();
  if (!at || +at.value >= +at.max) { stop(); return; }
  at.value = +at.value + 1;
  say();
  at.dispatchEvent(new Event('change', { bubbles: true }));
}
page.addEventListener('input', (event) => { if (event.target === slider()) say(); });
page.addEventListener('click', (event) => {
  if (event.target.id !== 'play') return;
  if (timer) { stop(); return; }
  timer = setInterval(step, 1000);
  label();
});
page.addEventListener('htmx:after:swap', label);
label();
