// Sharing changes its own part of the page, so that the sound goes on. Where the server answers with another page, since
// it asks who is there, the form is sent as a form.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { elt, serverResponse } = event.detail;
  if (!elt.matches("[hx-target='#sharing']") || serverResponse.includes('id="sharing"')) return;
  event.detail.shouldSwap = false;
  HTMLFormElement.prototype.submit.call(elt);
});
