//! Arriving at the page: from a server that knows nothing but files, and below a path of it.

use crate::stage::Stage;

/// First paint comes before this, milliseconds.
const BAR: f64 = 2000.0;

#[test]
fn the_page_paints_at_once_from_a_plain_server_and_below_a_path() {
    let Some(stage) = Stage::set() else { return };
    let mut page = stage.page(true);
    let mut paints = Vec::new();
    // The best of a few counts: a machine that is busy with other tests is no fault of the page.
    while paints.len() < 5 && paints.iter().all(|paint| *paint >= BAR) {
        page.open("about:blank");
        page.open(&stage.studio);
        page.until_drawn();
        let paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime";
        let (paint, drawn) = (page.ask(paint), page.ask("watched.drawn"));
        println!("first paint after {paint} ms (bar: {BAR}), the studio's own after {drawn} ms");
        let (paint, drawn) = (paint.as_f64().unwrap(), drawn.as_f64().unwrap());
        assert!(paint > 0.0 && drawn > paint, "{paint} {drawn}");
        paints.push(paint);
    }
    assert!(paints.iter().any(|paint| *paint < BAR), "{paints:?}");
    // What needs special headers is not there.
    assert_eq!(page.ask("crossOriginIsolated"), false);
    let path = page.ask("location.pathname");
    println!("the studio lies at {path}");
    stage.nothing_amiss(&page);
}
