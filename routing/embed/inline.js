/* The hosted form in the page, in a frame as high as what it shows. What stands in the element is shown until the form
   is there, and stays where Distro cannot be reached. */

const inlined = new WeakSet();

function showInline(element) {
  const router = element.getAttribute("data-distro-inline") || usualRouter;
  if (inlined.has(element) || !router) return;
  inlined.add(element);
  const { utm, ...place } = cameFrom();
  const marks = Object.fromEntries(Object.entries(utm).map(([key, value]) => [`utm_${key}`, value]));
  const query = new URLSearchParams({ ...presets(element), ...marks, ...place });
  const frame = make("iframe", { title: WORDS.title, src: `${inUrl(router)}?${query}` });
  dress(frame, { display: "block", width: "100%", height: "0", border: "0" });
  const note = follow(element, { router, submission: null, outcome: null, booked: false });
  let isThere = false;
  const heard = {
    page: (page) => {
      note(page);
      frame.title = page.title;
      if (isThere && frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
      isThere = true;
      for (const child of element.children) if (child !== frame) child.hidden = true;
    },
    height: ({ height }) => dress(frame, { height: `${Math.min(Math.max(height, 120), 20000)}px` }),
  };
  const silent = () => {
    if (isThere) return;
    frame.remove();
    explain(router);
    tell(element, "error", { router, code: "unreachable", status: 0, errors: null });
  };
  connect(frame, "inline", (message) => heard[message.say]?.(message), silent);
  element.append(frame);
}

/* Property by property: a style attribute is what strict policies forbid. */
function dress(element, styles) {
  for (const [property, value] of Object.entries(styles)) element.style.setProperty(property, value);
}

function findInline(root) {
  if (root.matches?.("[data-distro-inline]")) showInline(root);
  root.querySelectorAll?.("[data-distro-inline]").forEach(showInline);
}
