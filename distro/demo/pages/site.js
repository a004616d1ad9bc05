// Sends the form to Distro from this origin and goes where the answer says. Without it the form posts by itself.
const form = document.getElementById("sales");

function answersOf(form) {
  const answers = {};
  for (const input of form.elements) {
    if (!input.name) continue;
    if (input.dataset.many !== undefined) {
      answers[input.name] ??= [];
      if (input.checked) answers[input.name].push(input.value);
    } else if (input.type === "checkbox") {
      answers[input.name] = input.checked;
    } else {
      answers[input.name] = input.value;
    }
  }
  return answers;
}

function showFaults(form, problem) {
  form.querySelectorAll(".wrong").forEach((old) => old.remove());
  const fields = Object.entries(problem.errors || {});
  for (const [key, texts] of fields) {
    const place = form.querySelector(`[data-field="${CSS.escape(key)}"]`);
    if (!place) continue;
    const text = document.createElement("p");
    text.className = "wrong";
    text.textContent = texts.join(" ");
    place.append(text);
    place.querySelector("input, select, textarea")?.setAttribute("aria-invalid", "true");
  }
  const fault = form.querySelector(".fault");
  fault.textContent = fields.length ? "Please look at the marked answers." : problem.title;
  fault.hidden = false;
}

function follow(outcome) {
  const goal = outcome.booking_url || outcome.redirect_url;
  if (goal) {
    location.href = new URL(goal, form.action);
    return;
  }
  const text = document.createElement("p");
  text.className = "done";
  text.setAttribute("role", "status");
  text.textContent = outcome.message;
  form.replaceWith(text);
}

form.addEventListener("submit", async (submission) => {
  submission.preventDefault();
  const button = form.querySelector("button");
  const utm = Object.fromEntries([...new URLSearchParams(location.search)].filter(([name]) => name.startsWith("utm_")));
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const body = JSON.stringify({answers: answersOf(form), timezone, source_url: location.href, utm});
  button.disabled = true;
  try {
    const answer = await fetch(form.action, {method: "POST", headers: {"Content-Type": "application/json"}, body});
    const told = await answer.json();
    if (answer.ok) follow(told);
    else showFaults(form, told);
  } catch {
    showFaults(form, {title: "Our scheduling does not answer just now. Please try again in a minute."});
  }
  button.disabled = false;
});
