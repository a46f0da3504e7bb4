//! Everything larger or smaller: by keys, remembered, and at both ends with nothing lost.

use eframe::egui::{Context, Key, Modifiers, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sgnas::studio::App;
use sgnas::studio::panes::PANES;

use crate::fake::{Fake, STAGES, Shared, Stage, drawn_at, drawn_by, reports};
use crate::faults::faults;
use crate::logic::{Blind, app, at};
use crate::screen::{self, Device};
use crate::shots::{colours, folder};
use crate::whole::Kept;

fn press(harness: &mut Harness<'_, Option<App>>, key: Key, times: usize) -> u32 {
    for _ in 0..times {
        harness.key_press_modifiers(Modifiers::COMMAND, key);
        harness.run_steps(2);
    }
    let percent = app(harness).studio().scale;
    assert_eq!((100.0 * harness.ctx.zoom_factor()).round() as u32, percent);
    percent
}

#[test]
fn keys_make_everything_larger_and_smaller_and_the_next_session_is_as_large() {
    let (_talk, mut harness) = at(Stage::Finished);
    assert_eq!(press(&mut harness, Key::Plus, 2), 120);
    assert_eq!(press(&mut harness, Key::Equals, 1), 130);
    assert_eq!(press(&mut harness, Key::Minus, 4), 90);
    assert_eq!(press(&mut harness, Key::Num0, 1), 100);
    assert_eq!(press(&mut harness, Key::Minus, 9), 50);
    assert_eq!(press(&mut harness, Key::Plus, 30), 300);
    assert_eq!(press(&mut harness, Key::Minus, 1), 275);
    let mut kept = Kept::default();
    eframe::App::save(harness.state_mut().as_mut().unwrap(), &mut kept);
    let make =
        move |ctx: &Context| App::new(ctx, Some(&kept), Box::new(Fake(Shared::default())), None);
    let harness = drawn_by([1440.0, 900.0], Theme::Dark, Blind, make);
    assert_eq!(app(&harness).studio().scale, 275);
    assert!((harness.ctx.zoom_factor() - 2.75).abs() < 1e-6);
}

/// Windows in pixels, with the pixels of a point.
const WINDOWS: [([f32; 2], f32); 3] =
    [([1280.0, 720.0], 3.0), ([3840.0, 2160.0], 1.0), ([3840.0, 2160.0], 2.0)];

#[test]
fn nothing_is_lost_in_small_windows_at_three_times_the_size_and_in_large_ones() {
    let device = Device::open();
    if device.is_none() {
        println!("SKIPPED: no adapter to draw the pictures with");
    }
    let mut wrong = Vec::new();
    for (pixels, scale) in WINDOWS {
        let size = pixels.map(|length| length / scale);
        for stage in STAGES {
            let keys: Vec<Option<&str>> = match stage {
                Stage::Nothing => vec![None],
                _ => std::iter::once(None).chain(PANES.iter().map(|e| Some(e.key))).collect(),
            };
            for key in keys {
                let talk = Shared::default();
                let fake = talk.clone();
                let make =
                    move |ctx: &Context| App::new(ctx, None, Box::new(Fake(fake.clone())), None);
                let screen = device.as_ref().map(Device::screen);
                let at = (size, scale);
                let mut harness = match &screen {
                    Some(screen) => drawn_at(at, Theme::Dark, screen.clone(), make),
                    None => drawn_at(at, Theme::Dark, Blind, make),
                };
                talk.borrow_mut().reports = reports(stage, "cifar");
                harness.run_steps(6);
                if let Some(key) = key {
                    harness.state_mut().as_mut().unwrap().show_alone(key);
                    harness.run_steps(4);
                }
                let stage = format!("{stage:?}").to_lowercase();
                let name =
                    format!("{}-{stage}-{}-times-{scale}", key.unwrap_or("watch"), pixels[0]);
                let found = faults(harness.output(), harness.ctx.content_rect());
                // Tabs scroll in a window as narrow as a phone.
                let tab = |fault: &String| {
                    size[0] < 640.0
                        && PANES.iter().any(|e| fault.starts_with(&format!("`{}`", e.short)))
                };
                let found = found.into_iter().filter(|fault| !tab(fault));
                wrong.extend(found.map(|fault| format!("{name}: {fault}")));
                let menu = harness.query_by_label("Panes, layout, theme").map(|node| node.rect());
                let window = harness.ctx.content_rect();
                assert!(menu.is_some_and(|menu| window.contains_rect(menu)), "{name}: no menu");
                // Of the large ones one picture is enough to look at.
                if let Some(screen) = screen.filter(|_| key.is_none() || size[0] < 640.0) {
                    let image = screen.shoot(&harness.ctx, harness.output());
                    screen::write(&image, &folder().join(format!("{name}.png")));
                    assert!(colours(&image) > 16, "{name} shows nothing");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}
