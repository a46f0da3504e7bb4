//! What a page cannot go on after: its browser's GPU process crashes, its worker fails, the whole tab
//! is thrown away. Each time the run goes on by itself from its last checkpoint, and the page says why.

use crate::page::Page;
use crate::search::{LINK, start};
use crate::stage::Stage;

/// What a browser says itself, or was made to say.
const OWN: [&str; 2] = ["external Instance reference", "as in a test"];

#[test]
fn a_run_goes_on_by_itself_after_crashes_and_a_sleep() {
    let Some(stage) = Stage::set() else { return };
    let mut page = stage.page(true);
    start(&mut page, &format!("{}#{LINK}", stage.studio));
    page.until("a kept checkpoint", "kept('tiny-1')");

    page.ask("window.old = true");
    page.crash_gpu_process();
    goes_on(&mut page, "the browser took", "crashed");

    page.ask("window.old = true");
    // What happens twice at once would happen for ever.
    page.ask("sessionStorage.removeItem('sgnas-lost')");
    page.ask_worker("setTimeout(() => { throw new Error('as in a test'); })");
    goes_on(&mut page, "the worker of this page had failed", "failed");

    page.ask("window.old = true");
    page.reload_discarded();
    goes_on(&mut page, "the browser had put this tab to sleep", "slept");

    page.ask("window.old = true");
    page.reload();
    page.until("a new page", "window.old === undefined && document.readyState === 'complete'");
    page.until_drawn();
    page.place("Continue tiny-1", "button");
    page.complaints.retain(|what| OWN.iter().all(|own| !what.contains(own)));
    stage.nothing_amiss(&page);
}

/// The page was opened anew, says why, and goes on with the run.
#[track_caller]
fn goes_on(page: &mut Page, why: &str, picture: &str) {
    page.until("a new page", "window.old === undefined && document.readyState === 'complete'");
    page.until_drawn();
    page.until("a word about it", &format!("named('{why}').length"));
    let opened = "watched.reports.find((one) => one.Opened?.live).Opened";
    page.until("the run", opened);
    page.picture(picture);
    let before = page
        .ask(&format!("{opened}.records.filter((one) => one.event === 'supernet_step').length"));
    assert!(before.as_u64() > Some(0), "what was done before is there");
}
