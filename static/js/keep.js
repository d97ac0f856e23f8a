/* What is typed into a form with data-keep stays in this tab until it was taken: an expired page or a new sign-in
   brings it back. The key names the version shown, so what was taken never comes back. A form with data-kept was
   filled in again by the server, which knows better. */

const PREFIX = 'zs-kept:';
const kept = (control) => control.name && control.type !== 'hidden' && control.type !== 'password';
/* What the server wrote into the page is newer than what this tab remembers. */
const isWritten = (control) => control.type === 'textarea' && control.defaultValue !== '';
const isChoice = (control) => control.type === 'radio' || control.type === 'checkbox';

function typedInto(form) {
  return [...form.elements].filter(kept).map((control) =>
    [control.name, isChoice(control) ? control.value : '', isChoice(control) ? control.checked : control.value]);
}

function putBack(form, entries) {
  const changed = [];
  for (const [name, option, value] of entries) {
    const control = [...form.elements].find((one) => one.name === name && (!isChoice(one) || one.value === option));
    if (!control || isWritten(control) || (isChoice(control) ? control.checked : control.value) === value) continue;
    if (isChoice(control)) control.checked = value;
    else control.value = value;
    changed.push(control);
  }
  for (const control of changed) control.dispatchEvent(new Event('change', { bubbles: true }));
  return changed.length > 0;
}

/* Earlier versions of the same thing are done with. */
function forget(about, except) {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(about) && !key.startsWith(except)) sessionStorage.removeItem(key);
}

for (const form of document.querySelectorAll('form[data-keep]')) {
  const key = PREFIX + form.dataset.keep;
  const [about, version] = key.split('/');
  forget(`${about}/`, `${about}/${version}/`);
  const store = () => sessionStorage.setItem(key, JSON.stringify(typedInto(form)));
  const found = sessionStorage.getItem(key);
  if ('kept' in form.dataset) store();
  else if (found && putBack(form, JSON.parse(found))) {
    const said = form.querySelector('[data-kept-say]');
    if (said) said.hidden = false;
  }
  document.addEventListener('input', (event) => { if (event.target.form === form) store(); });
  document.addEventListener('change', (event) => { if (event.target.form === form) store(); });
}

document.addEventListener('submit', (event) => {
  if (event.target.getAttribute('action')?.endsWith('/sign-out')) forget(PREFIX, ' ');
});
