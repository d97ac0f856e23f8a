/* The two extra buttons of a lookup's result: print the page, copy its address. */
for (const button of document.querySelectorAll('[data-print]')) button.addEventListener('click', () => window.print());

for (const button of document.querySelectorAll('[data-copy]')) {
  const said = document.getElementById(button.dataset.say);
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      said.textContent = '网址已复制';
    } catch (error) {
      said.textContent = `没有复制成功，请手工抄下：${button.dataset.copy}`;
    }
  });
}
