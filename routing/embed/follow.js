/* What happens in a frame, told to the page: once each, whatever pages the frame shows. */

function follow(target, facts) {
  const booked = new Set();
  let before = "";
  return (page) => {
    if (!facts.outcome && page.outcome) {
      Object.assign(facts, { submission: page.submission, outcome: page.outcome });
      tellSubmitted(target, facts);
    }
    // A meeting that was booked earlier can be looked at here too: that is no booking.
    if (page.meeting && before === "booking" && !booked.has(page.meeting.meeting)) {
      booked.add(page.meeting.meeting);
      facts.booked = true;
      tell(target, "booked", { router: facts.router, submission: facts.submission, ...page.meeting });
    }
    before = page.at;
  };
}

function tellSubmitted(target, { router, submission, outcome }) {
  tell(target, "submitted", { router, submission, outcome });
}
