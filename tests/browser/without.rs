//! A browser without WebGPU: what it lacks, and the run that can be explored all the same.

use crate::page::Page;
use crate::stage::Stage;

/// The page in such a browser, once it shows the recorded run.
fn opened(stage: &Stage) -> Page {
    let mut page = stage.page(false);
    page.open(&stage.studio);
    page.until("the recorded run", "document.querySelector('#strip svg')");
    page
}

/// As ever, but the browser says itself that it has no adapter, in one way or the other.
#[track_caller]
fn nothing_amiss(stage: &Stage, page: &mut Page) {
    let own = ["No available adapters.", "Failed to create WebGPU Context Provider"];
    page.complaints.retain(|what| own.iter().all(|own| !what.contains(own)));
    stage.nothing_amiss(page);
}

#[test]
fn it_is_told_what_to_do() {
    let Some(stage) = Stage::set() else { return };
    let mut page = opened(&stage);
    assert_eq!(page.ask("document.getElementById('without').hidden"), false);
    let text = page.ask("document.body.innerText");
    for word in ["WebGPU", "Chrome", "Safari", "Firefox", "adapter"] {
        assert!(text.as_str().unwrap().contains(word), "{text}");
    }
    page.picture("without");
    nothing_amiss(&stage, &mut page);
}

#[test]
fn its_slider_shows_the_networks_of_a_recorded_run() {
    let Some(stage) = Stage::set() else { return };
    let mut page = opened(&stage);
    let text = |page: &mut Page, id: &str| {
        let text = page.ask(&format!("document.getElementById('{id}').textContent"));
        text.as_str().unwrap().to_owned()
    };
    let millions = |page: &mut Page, id: &str| -> f64 {
        let text = text(page, id);
        text.split(' ').next().unwrap().parse().unwrap_or_else(|_| panic!("{text}"))
    };
    let budget = "document.getElementById('budget')";
    page.ask(&format!("{budget}.scrollIntoView()"));
    let sides = page.ask(&format!(
        "(({{ x, y, width, height }}) => [x, y, width, height])({budget}.getBoundingClientRect())"
    ));
    let [x, y, width, height]: [f64; 4] = serde_json::from_value(sides).unwrap();
    let mut seen = Vec::new();
    for share in [0.2, 0.5, 0.9] {
        let at = [x + share * width, y + 0.5 * height];
        page.mouse("mousePressed", at, 1);
        page.mouse("mouseReleased", at, 0);
        let (most, macs) = (millions(&mut page, "chosen"), millions(&mut page, "macs"));
        // As they are rounded here.
        assert!(macs <= most + 0.005 && macs > 0.8 * most, "{macs} of {most}");
        let accuracy = millions(&mut page, "accuracy");
        assert!((50.0..100.0).contains(&accuracy), "{accuracy}");
        seen.push(macs);
    }
    assert!(seen.is_sorted() && seen[2] > 2.0 * seen[0], "{seen:?}");
    // The keys move it as well: the mouse has left it with the focus.
    page.key("Home");
    assert_eq!(text(&mut page, "chosen"), format!("{} MACs", text(&mut page, "cheapest")));
    page.key("ArrowRight");
    assert_eq!(page.ask(&format!("{budget}.value")), "1");
    let marks = "['#scatter .random', '#scatter .generated', '#scatter .answer', '#loss polyline', \
        '#paths polyline', '#entropy polyline', '#distance polyline', '#strip .kernel'] \
        .map((one) => document.querySelectorAll(one).length)";
    let marks: Vec<usize> = serde_json::from_value(page.ask(marks)).unwrap();
    assert_eq!(marks[..7], [20, 8, 100, 1, 3, 1, 1], "{marks:?}");
    assert!(marks[7] >= 12, "at least two kernels a layer: {marks:?}");
    for (name, scheme, width) in
        [("dark", "dark", 1280), ("light", "light", 1280), ("narrow", "dark", 390)]
    {
        page.prefer(scheme);
        page.resize(width, 844);
        page.ask(&format!("{budget}.value = 60, {budget}.dispatchEvent(new Event('input'))"));
        page.ask("document.getElementById('recorded').scrollIntoView()");
        page.picture(&format!("recorded-{name}"));
        page.ask("document.getElementById('scatter').scrollIntoView()");
        page.picture(&format!("recorded-{name}-below"));
        let wide = page.ask("document.getElementById('without').scrollWidth");
        assert!(wide.as_f64().unwrap() <= f64::from(width), "nothing hangs over: {wide}");
    }
    nothing_amiss(&stage, &mut page);
}
