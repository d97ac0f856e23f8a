/* Tells the style sheets that scripts run. Loaded before the page is drawn, so it is no module. */
document.documentElement.classList.add('has-js');
