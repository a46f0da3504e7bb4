// The worker: the same program. The files of this site have one writer, so a second tab waits.
import init from "./sgnas-web.js";

const NAME = "sgnas-files";
const work = () => {
  // An error that the page hears of.
  init().catch(reportError);
  return new Promise(() => {});
};
const wait = () => {
  const trouble = "the studio is open in another tab: close that one, and this one goes on";
  postMessage([JSON.stringify({ Reports: [{ Trouble: trouble }] })]);
  navigator.locks.request(NAME, work);
};

navigator.locks.request(NAME, { ifAvailable: true }, (lock) => (lock ? work() : wait()));
