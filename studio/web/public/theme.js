// Runs before the first paint, so that a chosen theme does not flash; a file because inline scripts are not allowed.
(function () {
  try {
    var theme = localStorage.getItem("vivavoce.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch (error) {
    // Storage is switched off: the system's theme stays.
  }
})();
