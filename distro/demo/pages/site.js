// The site's own script. Distro may still be on its way when it is called: the calls wait in a queue.
window.Distro ||= { q: [], open(...call) { this.q.push(call); } };

addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("letter");
  const told = document.getElementById("told");

  form.addEventListener("submit", async (submission) => {
    submission.preventDefault();
    const answers = Object.fromEntries(new FormData(form));
    window.Distro.open({ answers, target: form });
    const sent = await fetch("/leads/", { method: "POST", body: new URLSearchParams(answers) });
    told.textContent = sent.ok ? "You are on the list." : "That did not work. Please try again.";
    told.hidden = false;
  });

  form.addEventListener("distro:booked", (booked) => {
    told.textContent = `You are on the list, and ${booked.detail.host.name} will meet you.`;
    told.hidden = false;
  });
});
