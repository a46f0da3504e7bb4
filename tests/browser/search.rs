//! A short search in the page: started, watched, asked.

use serde_json::{Value, json};
use sgnas::protocol::quantity::short;
use sgnas::space::{Architecture, Space};

use crate::common;
use crate::page::Page;

/// Its settings: a minute on the software adapter.
pub(crate) const LINK: &str = "preset=tiny&seed=3&supernet.epochs=3&supernet.batch=16&\
    generator.epochs=1&generator.steps=8&generator.batch=16&evaluate.random=2&\
    evaluate.recalibration=2&evaluate.batch=60&checkpoint.every_steps=10";

/// Opens a link to a search, drops small images and starts it, up to the first steps.
#[track_caller]
pub(crate) fn start(page: &mut Page, address: &str) {
    begin(page, address);
    page.until("the first steps", "records().some((one) => one.event === 'supernet_step')");
    page.ask("watched.trains = performance.now()");
}

/// The same, up to the click that starts it.
#[track_caller]
pub(crate) fn begin(page: &mut Page, address: &str) {
    // The fragment alone would not load it anew.
    page.open("about:blank");
    page.open(address);
    page.until_drawn();
    let folder = tempfile::tempdir().unwrap();
    common::small_images(folder.path(), 240);
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_dir_all("", folder.path()).unwrap();
    page.drop_files(&[("small.tar", &archive.into_inner().unwrap())]);
    page.until("the images", "watched.reports.some((one) => one.Images)");
    page.click("Start the search", "button");
}

/// Waits until the run is complete.
#[track_caller]
pub(crate) fn until_ended(page: &mut Page) {
    page.until("the end of the run", "watched.reports.some((one) => one.Ended)");
    page.ask("watched.ended = performance.now()");
    let ended = page.ask("watched.reports.find((one) => one.Ended).Ended");
    assert_eq!(ended, json!({ "Ok": "Finished" }));
    page.until("the generator", "watched.reports.some((one) => one.Generator?.Ok === null)");
}

/// The last steps' loss is less than the first ones'.
#[track_caller]
pub(crate) fn loss_falls(page: &mut Page) {
    let losses = "records().filter((one) => one.event === 'supernet_step').map((one) => one.loss)";
    let losses: Vec<f64> = serde_json::from_value(page.ask(losses)).unwrap();
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let (first, last) = losses.split_at(losses.len() - 2);
    assert!(first.len() >= 2 && mean(last) < mean(first), "{losses:?}");
}

/// Drags the slider: at each stop the network that is drawn keeps the budget, and its MACs stand in
/// the card.
#[track_caller]
pub(crate) fn answers_to_the_slider(page: &mut Page) {
    let space = Space::preset("tiny").unwrap().for_data([1, 12, 12], 3).unwrap();
    let [x, y, width, height] = page.place("MACs at most", "slider");
    let at = |share: f64| [x + share * width, y + 0.5 * height];
    page.mouse("mouseMoved", at(0.5), 0);
    page.mouse("mousePressed", at(0.5), 1);
    let mut seen = Vec::new();
    for share in [0.3, 0.6, 0.9] {
        let before = page.ask("watched.requests.filter((one) => one.Ask?.Answer).length");
        page.mouse("mouseMoved", at(share), 1);
        let asked = "watched.requests.filter((one) => one.Ask?.Answer)";
        page.until("a question", &format!("{asked}.length > {before}"));
        let newest = format!("JSON.stringify({asked}.at(-1).Ask.Answer)");
        let answer = "watched.reports.findLast((one) => one.Answered).Answered";
        page.until("its answer", &format!("JSON.stringify({answer}.budget) === {newest}"));
        let answer = page.ask(answer);
        let architecture: Architecture =
            serde_json::from_value(answer["architecture"].clone()).unwrap();
        let macs = space.cost(&architecture, false).unwrap().macs;
        assert!(macs <= answer["budget"]["macs"].as_u64().unwrap(), "{answer}");
        page.until("the card", &format!("named('MACs: {},').length", short(macs)));
        seen.push(macs);
    }
    page.mouse("mouseReleased", at(0.9), 0);
    assert!(seen.is_sorted() && seen[2] > seen[0], "{seen:?}");
}

/// Size and digest of the newest checkpoint's tensors of a run, in the browser's own files.
#[track_caller]
pub(crate) fn weights(page: &mut Page, run: &str) -> Value {
    page.until("its checkpoint", &format!("kept('{run}')"));
    page.ask(&format!("digest('{run}')"))
}
