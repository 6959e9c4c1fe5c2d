// Sharing changes its own part of the page, so that the sound goes on. Where the server answers with another page, since
// it asks who is there, the form is sent as a form.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, serverResponse } = event.detail;
  const form = requestConfig.elt;
  if (!form.matches("[hx-target='#sharing']") || serverResponse.includes('id="sharing"')) return;
  event.detail.shouldSwap = false;
  HTMLFormElement.prototype.submit.call(form);
});
