//! Arriving at the page: from a server that knows nothing but files, and below a path of it.

use crate::stage::Stage;

#[test]
fn the_page_paints_at_once_from_a_plain_server_and_below_a_path() {
    let Some(stage) = Stage::set() else { return };
    let mut page = stage.page(true);
    page.open("about:blank");
    page.open(&stage.studio);
    page.until_drawn();
    // What needs special headers is not there.
    assert_eq!(page.ask("crossOriginIsolated"), false);
    let path = page.ask("location.pathname");
    println!("the studio lies at {path}");
    let paint = page.ask("performance.getEntriesByName('first-contentful-paint')[0].startTime");
    let drawn = page.ask("watched.drawn");
    println!("first paint after {paint} ms (bar: 2000), the studio's own after {drawn} ms");
    assert!(paint.as_f64().unwrap() > 0.0 && drawn.as_f64() > paint.as_f64(), "{paint} {drawn}");
    stage.nothing_amiss(&page);
}
