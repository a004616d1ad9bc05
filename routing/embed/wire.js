/* The wire between this page and Distro's page in a frame. After every load the frame is handed one end of a new
   channel, addressed to Distro's exact origin: no other page can get hold of it, and nothing else is listened to. */

const SILENCE = 2000;

const isText = (value) => typeof value === "string" && value.length < 5000;
const isTextOrNull = (value) => value === null || isText(value);
const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isRecordOrNull = (value) => value === null || isRecord(value);
const SAYINGS = {
  ready: { words: isRecord },
  outcome: { submission: isText, outcome: isText, redirect_url: isTextOrNull },
  fault: { code: isText, status: Number.isInteger, errors: isRecordOrNull },
  page: { at: isText, title: isText, submission: isTextOrNull, outcome: isTextOrNull, meeting: isRecordOrNull },
  height: { height: Number.isFinite },
  escape: {},
};

function isSound(message) {
  const members = isRecord(message) && Object.hasOwn(SAYINGS, message.say) && SAYINGS[message.say];
  return members && Object.entries(members).every(([name, fits]) => fits(message[name]));
}

/* `heard` gets each sound message; `silent` is called when a page that was loaded does not answer. */
function connect(frame, as, heard, silent) {
  let near = null;
  frame.addEventListener("load", () => {
    near?.close();
    const channel = new MessageChannel();
    const timer = setTimeout(silent, SILENCE);
    near = channel.port1;
    near.onmessage = ({ data }) => {
      clearTimeout(timer);
      if (isSound(data)) heard(data);
    };
    frame.contentWindow.postMessage({ distro: 1, say: "hello", as }, home, [channel.port2]);
  });
  return (message) => near?.postMessage(message);
}

/* Why there is no answer, for the developer of this page. */

let isForbiddenHere = false;
document.addEventListener("securitypolicyviolation", (breach) => {
  isForbiddenHere ||= breach.blockedURI.startsWith(home);
});

async function explain(router) {
  const isThere = await fetch(`${base}embed.js`, { mode: "no-cors", cache: "no-store" }).then(() => true, () => false);
  let why = `${home} cannot be reached. The page's own form is not affected.`;
  if (isForbiddenHere) why = `this page's Content-Security-Policy forbids it: add ${home} to frame-src.`;
  else if (isThere) {
    why = `${home} refuses to be shown on ${location.origin}. Either the workspace's allowed origins do not name `
      + `${location.origin}, or there is no active router with the key "${router}".`;
  }
  console.error(`Distro: ${why}`);
}
