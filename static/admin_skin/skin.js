// The workspace switcher needs no button where scripts run.
document.querySelectorAll("select[data-submits]").forEach((select) => {
  select.form.classList.add("scripted");
  select.addEventListener("change", () => select.form.submit());
});
