//! How the studio looks: every pane and the whole, dark and light, empty, running and finished, at
//! two sizes, as PNGs under `target/studio`. The test itself finds drawings that are empty or spill
//! over; whether they are good, a person judges.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

use eframe::egui::Theme;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sgnas::studio::App;
use sgnas::studio::panes::PANES;

use crate::fake::{self, STAGES, Stage, Talk};
use crate::faults::faults;
use crate::screen::{self, Device};
use crate::{explain, latency, pins, scatter, scratch};

const SIZES: [[f32; 2]; 2] = [[1024.0, 700.0], [1920.0, 1080.0]];

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("studio")
}

/// Distinct colours of an image: one that shows nothing has few.
pub(crate) fn colours(image: &image::RgbaImage) -> usize {
    let all: std::collections::BTreeSet<[u8; 4]> = image.pixels().map(|pixel| pixel.0).collect();
    all.len()
}

/// How a picture is named that shows the largest space whatever its size.
const MANY_LAYERS: &str = "nineteen";

/// What is done before a picture is taken.
type Scene = fn(&mut Harness<'_, Option<App>>, &Rc<RefCell<Talk>>);

fn shoot(device: &Device, size: [f32; 2], theme: Theme, stage: Stage, pane: Option<&str>) {
    let name = format!("{}-{}", pane.unwrap_or("watch"), format!("{stage:?}").to_lowercase());
    scene(device, size, theme, stage, pane, (&name, |_, _| {}));
}

fn scene(
    device: &Device,
    size: [f32; 2],
    theme: Theme,
    stage: Stage,
    pane: Option<&str>,
    (name, act): (&str, Scene),
) {
    let many = size[0] > 1200.0 || name.ends_with(MANY_LAYERS);
    let preset = if many { "cifar" } else { "tiny" };
    let talk = Rc::new(RefCell::new(Talk::default()));
    let screen = device.screen();
    let mut harness = fake::harness(&talk, size, theme, screen.clone());
    talk.borrow_mut().reports = fake::reports(stage, preset);
    harness.run_steps(6);
    if let Some(key) = pane {
        harness.state_mut().as_mut().unwrap().show_alone(key);
        harness.run_steps(4);
    }
    act(&mut harness, &talk);
    let image = screen.shoot(&harness.ctx, harness.output());
    let theme = if theme == Theme::Dark { "dark" } else { "light" };
    let name = format!("{name}-{theme}-{}.png", size[0]);
    screen::write(&image, &folder().join(&name));
    assert!(colours(&image) > 16, "{name} shows nothing");
    let faults = faults(harness.output(), harness.ctx.content_rect());
    assert!(faults.is_empty(), "{name}: {faults:?}");
}

#[test]
fn every_pane_is_drawn_at_every_stage_in_both_themes_and_sizes() {
    let Some(device) = Device::open() else {
        println!("SKIPPED: no adapter to draw with");
        return;
    };
    for size in SIZES {
        for theme in [Theme::Dark, Theme::Light] {
            for stage in STAGES {
                shoot(&device, size, theme, stage, None);
                for entry in PANES {
                    shoot(&device, size, theme, stage, Some(entry.key));
                }
            }
        }
    }
}

/// The largest space in the smallest window.
#[test]
fn nineteen_layers_have_room_in_a_small_window() {
    let Some(device) = Device::open() else {
        println!("SKIPPED: no adapter to draw with");
        return;
    };
    for theme in [Theme::Dark, Theme::Light] {
        for pane in [None, Some("architecture"), Some("training"), Some("scratch")] {
            let name = format!("{}-{MANY_LAYERS}", pane.unwrap_or("watch"));
            let act: Scene = match pane {
                Some("architecture") => |harness, talk| pins::pin(harness, talk, &[0.45, 0.8]),
                _ => |_, _| {},
            };
            scene(&device, SIZES[0], theme, Stage::Finished, pane, (&name, act));
        }
    }
}

/// What is only seen after something was done, in a pane that is alone (or in none).
const SCENES: [(&str, Option<&str>, Scene); 7] = [
    ("explain-pointing", None, |harness, _| {
        explain::show(harness);
        harness.get_by_label_contains("step 3:").click();
        harness.run_steps(2);
        harness.get_by_label("Show it in Training").click();
        harness.run_steps(4);
    }),
    ("scratch-trained", None, |harness, talk| scratch::two(harness, talk)),
    ("watch-pinned", None, |harness, talk| pins::pin(harness, talk, &[0.45, 0.5, 0.8])),
    ("architecture-compared", Some("architecture"), |harness, talk| {
        pins::pin(harness, talk, &[0.45, 0.5, 0.6, 0.8]);
        harness.get_by_label("compare").click();
        harness.run_steps(3);
    }),
    ("architecture-timed", None, |harness, talk| {
        pins::pin(harness, talk, &[0.45]);
        latency::timed(harness, talk);
    }),
    ("architecture-limited", Some("architecture"), |harness, talk| {
        latency::saved(harness, talk);
        latency::blocks(harness, talk);
    }),
    ("scatter-selected", None, |harness, talk| {
        pins::pin(harness, talk, &[0.45, 0.8]);
        harness.state_mut().as_mut().unwrap().show_alone("scatter");
        harness.run_steps(4);
        scatter::select_all(harness);
    }),
];

#[test]
fn what_comes_into_view_by_clicks_is_drawn_in_both_themes_and_sizes() {
    let Some(device) = Device::open() else {
        println!("SKIPPED: no adapter to draw with");
        return;
    };
    for size in SIZES {
        for theme in [Theme::Dark, Theme::Light] {
            for (name, pane, act) in SCENES {
                scene(&device, size, theme, Stage::Finished, pane, (name, act));
            }
        }
    }
}
