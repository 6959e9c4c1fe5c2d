// A row of the list leads where its first link leads, wherever it is clicked; whoever selects text in it stays.
document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-row]");
  if (!row || event.target.closest("a, button, input") || !getSelection().isCollapsed) return;
  const link = row.querySelector("a");
  if (event.ctrlKey || event.metaKey) open(link.href);
  else link.click();
});
