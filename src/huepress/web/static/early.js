// Before the page is drawn: the theme that was chosen, so that nothing flashes in the other one.

try {
  const theme = localStorage.getItem("huepress-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // A browser that keeps nothing has the theme of the system.
}
