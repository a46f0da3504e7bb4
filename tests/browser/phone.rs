//! A phone held upright: the studio is there, and fingers move it.

use std::thread::sleep;
use std::time::Duration;

use crate::stage::Stage;

#[test]
fn a_narrow_window_shows_the_start_page() {
    let Some(stage) = Stage::set() else { return };
    let mut page = stage.page(true);
    page.hold_upright();
    page.open(&stage.studio);
    page.until_drawn();
    let [x, _, width, _] = page.place("Start the search", "button");
    assert!(x >= 0.0 && x + width <= 390.0, "{x} {width}");
    page.picture("phone-start");
    stage.nothing_amiss(&page);
}

#[test]
fn a_finger_drags_the_budget_and_chooses_panes_on_a_phone() {
    let Some(stage) = Stage::set() else { return };
    let mut page = stage.page(true);
    page.hold_upright();
    page.open("about:blank");
    page.open(&format!("{}?demo", stage.studio));
    page.until("an answer", "watched.reports.some((one) => one.Answered)");
    page.until_drawn();
    page.until("its network", "named('MACs: ').length");
    page.picture("phone-architecture");
    let [x, y, width, height] = page.place("MACs at most", "slider");
    assert!(x >= 0.0 && x + width <= 390.0, "{x} {width}");
    assert!(height >= 16.0, "high enough for a finger: {height}");
    let answer = "watched.reports.findLast((one) => one.Answered).Answered.budget.macs";
    let before = page.ask(answer).as_u64().unwrap();
    let at = |share: f64| [x + share * width, y + 0.5 * height];
    let steps = [("touchStart", 0.5), ("touchMove", 0.4), ("touchMove", 0.3), ("touchMove", 0.2)];
    for (what, share) in steps {
        page.touch(what, Some(at(share)));
        // No finger is faster than the frames.
        sleep(Duration::from_millis(200));
    }
    page.touch("touchEnd", None);
    page.until("the answer to less", &format!("{answer} < {before}"));
    page.until("its accuracy", "named('Accuracy, inherited: 7').length");
    page.picture("phone-answer");
    for (pane, picture) in [("Accuracy against cost", "scatter"), ("Training", "training")] {
        page.click("Panes, layout, theme", "button");
        page.click(&format!("Show {pane}"), "button");
        sleep(Duration::from_secs(1));
        page.picture(&format!("phone-{picture}"));
    }
    stage.nothing_amiss(&page);
}
