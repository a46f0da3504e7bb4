//! The studio in a browser: it paints, trains, generates, answers the slider, keeps its run over a
//! reload, and asks nothing of anyone but its own server. `cargo xtask test` builds and serves it
//! and names the browser; without these the tests skip.

#![cfg(feature = "studio")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod arrival;
mod chromium;
#[path = "../common/mod.rs"]
mod common;
mod drops;
mod kernels;
mod mishaps;
mod page;
mod phone;
mod search;
mod stage;
mod without;

use std::time::Duration;

use page::Page;
use search::{LINK, answers_to_the_slider, begin, loss_falls, start, until_ended, weights};
use serde_json::Value;
use sgnas::desk::Desk;
use sgnas::gpu::{AdapterChoice, Gpu};
use sgnas::measure::Reference;
use sgnas::studio::Backend;
use sgnas::studio::backend::{Report, Request};
use stage::Stage;

#[test]
fn a_search_trains_answers_and_survives_a_reload_to_the_same_bytes() {
    let Some(stage) = Stage::set() else { return };
    let mut page = stage.page(true);
    let address = format!("{}#{LINK}", stage.studio);

    // A run that is disturbed in mid-training goes on from what the browser kept.
    start(&mut page, &address);
    page.picture("training");
    goes_on_when_hidden(&mut page);
    page.until("a kept checkpoint", "kept('tiny-1')");
    page.reload();
    page.until_drawn();
    page.picture("start");
    page.click("Continue tiny-1", "button");
    page.until("the run", "records().length > 0");
    let step = "records().some((one) => one.event === 'supernet_step')";
    assert_eq!(page.ask(step), true, "what was done before is there");
    survives_the_loss_of_its_devices(&mut page);
    opens_itself_anew(&mut page);
    until_ended(&mut page);
    let continued = weights(&mut page, "tiny-1");

    // The same run undisturbed.
    start(&mut page, &address);
    until_ended(&mut page);
    kernels_are_ready_before_the_first_step(&mut page);
    loss_falls(&mut page);
    answers_to_the_slider(&mut page);
    page.picture("answer");
    assert_eq!(weights(&mut page, "tiny-2"), continued);
    stays_smooth(&mut page);

    goes_on_elsewhere(&stage, &mut page);
    stage.nothing_amiss(&page);
}

/// Has a worker count the kernels that it asks the browser for by promises.
const COUNT_PROMISES: &str = "
globalThis.promises = 0;
const ask = GPUDevice.prototype.createComputePipelineAsync;
GPUDevice.prototype.createComputePipelineAsync = function (what) {
  promises += 1;
  return ask.call(this, what);
};
";

#[test]
fn a_run_holds_and_ends_while_its_kernels_are_made_ready() {
    let Some(stage) = Stage::set() else { return };
    let mut page = stage.page(true);
    begin(&mut page, &format!("{}#{LINK}", stage.studio));
    page.ask_worker(COUNT_PROMISES);
    let told = "records().filter((one) => one.event === 'preparing')";
    page.until("kernels", &format!("{told}.length > 1"));
    page.click("Hold after this step", "button");
    page.until("the hold", "named('Go on', 'button').length");
    // The kernel under way is made, and told of once more.
    let held = page.ask(&format!("{told}.length")).as_u64().unwrap() + 1;
    std::thread::sleep(Duration::from_secs(5));
    let now = page.ask(&format!("{told}.length")).as_u64().unwrap();
    assert!(now <= held, "nothing goes on while the run holds: told {now} times");
    // So the browser can do something else meanwhile.
    let promises = page.ask_worker("promises").as_u64().unwrap();
    println!("{promises} kernels were asked for by promises before the run held");
    assert!(promises > 0);
    page.click("Go on", "button");
    page.until("more kernels", &format!("{told}.length > {held}"));
    page.click("Stop: save and end", "button");
    let clicked = page.ask("performance.now()").as_f64().unwrap();
    page.until("the end", "watched.reports.some((one) => one.Ended)");
    let ended = page.ask("performance.now()").as_f64().unwrap();
    println!("the run ended {} ms after the click", (ended - clicked).round());
    let last = page.ask(&format!("{told}.at(-1)"));
    assert!(last["done"].as_u64() < last["total"].as_u64(), "{last}");
    page.click("Resume", "button");
    page.until("its steps", "records().some((one) => one.event === 'supernet_step')");
    stage.nothing_amiss(&page);
}

/// The page was told how far the kernels are, up to the last one, before the first step.
#[track_caller]
fn kernels_are_ready_before_the_first_step(page: &mut Page) {
    let told = page.ask(
        "records().slice(0, records().findIndex((one) => one.event === 'supernet_step')) \
            .filter((one) => one.event === 'preparing').map((one) => [one.time, one.done, one.total])",
    );
    let told: Vec<[u64; 3]> = serde_json::from_value(told).unwrap();
    let (first, last) = (told.first().unwrap(), told.last().unwrap());
    println!(
        "{} kernels ready after {} ms, told {} times",
        last[2],
        last[0] - first[0],
        told.len()
    );
    assert!(first[1] == 0 && last[1] == last[2] && last[2] > 20, "{told:?}");
}

/// A tab that is not seen goes on training.
#[track_caller]
fn goes_on_when_hidden(page: &mut Page) {
    let steps = "records().filter((one) => one.event === 'supernet_step').length";
    let tab = page.cover();
    let before = page.ask(steps).as_u64().unwrap();
    page.until("steps of a hidden tab", &format!("{steps} > {before}"));
    assert_eq!(page.ask("document.visibilityState"), "hidden");
    page.uncover(tab);
}

/// The worker's devices are lost in mid-training: the page says so, and the run goes on by itself.
#[track_caller]
fn survives_the_loss_of_its_devices(page: &mut Page) {
    let step = "watched.reports.some((one) => \
        one.Events?.some((record) => record.event === 'supernet_step'))";
    page.until("a step after the reload", step);
    assert!(page.lose_devices_of_worker() > 0);
    page.until("a word about it", "named('the GPU device was lost').length");
    page.picture("lost");
}

/// The page's own device is lost: it opens itself anew, says why, and goes on with its run.
#[track_caller]
fn opens_itself_anew(page: &mut Page) {
    page.ask("window.old = true");
    assert_eq!(page.lose_own_device(), 1);
    page.until("a new page", "window.old === undefined && document.readyState === 'complete'");
    page.until_drawn();
    page.until("a word about it", "named('the browser took').length");
    page.until("the run", "watched.reports.some((one) => one.Opened?.live)");
    page.picture("anew");
}

/// No task of the page took long between the first step and the end of the run.
#[track_caller]
fn stays_smooth(page: &mut Page) {
    let long = page.ask("watched.long.filter(([at]) => at > watched.trains && at < watched.ended)");
    println!("tasks over 50 ms while training (start, length in ms): {long}");
    let longest = long.as_array().unwrap().iter().map(|task| task[1].as_f64().unwrap());
    assert!(longest.fold(0.0, f64::max) <= 100.0, "{long}");
}

/// The run leaves as one file, which opens on a desktop, and in the page again.
#[track_caller]
fn goes_on_elsewhere(stage: &Stage, page: &mut Page) {
    page.click("tiny-2", "button");
    page.click("Save the run as one file", "button");
    let parcel = stage.download("tiny-2.run.tar");
    let runs = tempfile::tempdir().unwrap();
    let mut desk = Desk::new(AdapterChoice::Best, runs.path()).unwrap();
    desk.ask(Request::Take(parcel.clone()));
    let mut opened = None;
    for _ in 0..600 {
        for report in desk.reports() {
            match report {
                Report::Unpacked { run, .. } => desk.ask(Request::Take(run)),
                Report::Opened { records, .. } => opened = Some(records.len()),
                Report::Trouble(why) => panic!("{why}"),
                _ => {}
            }
        }
        if opened.is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let here = page.ask("records().length");
    assert_eq!(opened.map(Value::from), Some(here), "records of the run");

    page.ask("watched.reports.length = 0");
    page.drop_files(&[("tiny-2.run.tar", &std::fs::read(&parcel).unwrap())]);
    page.until(
        "the run again",
        "watched.reports.some((one) => one.Opened?.folder.endsWith('tiny-3'))",
    );
}

#[test]
fn a_run_trained_beforehand_answers_at_once() {
    let Some(stage) = Stage::set() else { return };
    let mut page = stage.page(true);
    for visit in ["first", "second"] {
        page.open("about:blank");
        page.open(&format!("{}?demo", stage.studio));
        page.until("an answer", "watched.reports.some((one) => one.Answered)");
        println!("{visit} visit: an answer after {} ms", page.ask("performance.now()"));
        page.until_drawn();
        page.until("its network", "named('MACs: ').length");
    }
    page.picture("demo");
    let runs = page.ask("watched.reports.findLast((one) => one.Opened).Opened.folder");
    assert!(runs.as_str().unwrap().ends_with("demo-1"), "one folder for all visits: {runs}");
    stage.nothing_amiss(&page);
}

#[test]
fn every_operator_computes_in_the_browser_as_its_reference_does() {
    let Some(stage) = Stage::set() else { return };
    let mut page = stage.page(true);
    page.open(&stage.studio);
    page.until_drawn();
    page.click("Panes, layout, theme", "button");
    page.click("Check how exactly this adapter computes", "button");
    page.until("the outcome", "watched.reports.some((one) => one.Checked)");
    let outcome = page.ask("watched.reports.find((one) => one.Checked).Checked");
    println!("{outcome}");
    assert_eq!(outcome["right"], true, "{outcome}");
    stage.nothing_amiss(&page);
}

#[test]
fn a_page_can_run_reference_steps_whose_losses_are_those_computed_here() {
    let Some(stage) = Stage::set() else { return };
    const IMAGES: usize = 2;
    let mut page = stage.page(true);
    page.open(&stage.studio);
    page.until_drawn();
    let losses = page.ask(&format!(
        "import('./sgnas-web.js').then(async ({{ ReferenceSteps }}) => {{ \
            const steps = await ReferenceSteps.open({IMAGES}); \
            return [await steps.step(), await steps.step()]; }})"
    ));
    let losses: [f32; 2] = serde_json::from_value(losses).unwrap();
    let gpu = pollster::block_on(Gpu::open(&AdapterChoice::Best)).unwrap();
    let mut reference = Reference::new(&gpu, IMAGES).unwrap();
    let here = [(); 2].map(|()| reference.step().unwrap().to_vec(&gpu).unwrap()[0]);
    println!("in the browser {losses:?}, here {here:?}");
    for (there, here) in losses.iter().zip(here) {
        assert!((there - here).abs() < 1e-3, "{losses:?}");
    }
    stage.nothing_amiss(&page);
}
