// [data-shows="VALUE"]: while this choice has the value, the fields [data-shown-for="VALUE"] of its form are there.
function show(choice) {
  for (const field of choice.form.querySelectorAll("[data-shown-for]")) {
    field.hidden = field.dataset.shownFor !== choice.value;
  }
}

// The address of the list says what narrows it, and nothing of the rest.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches("form.filters")) return;
  for (const [name, value] of [...event.detail.formData]) if (!value) event.detail.formData.delete(name);
});

for (const choice of document.querySelectorAll("select[data-shows]")) {
  choice.addEventListener("change", () => show(choice));
  show(choice);
}
