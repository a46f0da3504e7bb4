//! How that looks which no pane shows by itself: windows over the panes, folded parts unfolded, a
//! comparison, a replay; as PNGs under `target/studio` beside those of the panes.

use std::cell::RefCell;
use std::rc::Rc;

use eframe::egui::{HoveredFile, Key, Modifiers, Theme};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sgnas::protocol::Event;
use sgnas::studio::App;
use sgnas::studio::backend::Report;

use crate::fake::{self, Shared, Stage, Talk};
use crate::runs::records;
use crate::screen::{self, Device};
use crate::shots::{colours, folder};
use crate::start;

type Studio<'a> = Harness<'a, Option<App>>;
type Steps = fn(&Shared, &mut Studio<'_>);

fn click(harness: &mut Studio<'_>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(4);
}

fn alone(harness: &mut Studio<'_>, pane: &str) {
    harness.state_mut().as_mut().unwrap().show_alone(pane);
    harness.run_steps(4);
}

fn compare(talk: &Shared, harness: &mut Studio<'_>) {
    alone(harness, "runs");
    click(harness, "compare first");
    click(harness, "compare a-run-with-a-rather-long-name-2");
    let mut other = records();
    for record in &mut other {
        match &mut record.event {
            Event::RunStarted(start) => {
                start.config.set("supernet.lr", "0.03").unwrap();
                start.config.set("seed", "9").unwrap();
            }
            Event::SupernetEpoch(epoch) => epoch.mean *= 0.93,
            _ => {}
        }
    }
    let long = "runs/a-run-with-a-rather-long-name-2".into();
    talk.borrow_mut().reports = vec![
        Report::Read { folder: "runs/first".into(), records: records() },
        Report::Read { folder: long, records: other },
    ];
    harness.run_steps(6);
}

const LOOKS: [(&str, Stage, Steps); 8] = [
    ("start-settings", Stage::Nothing, |_, harness| {
        click(harness, "All settings");
        harness.run_steps(12);
        harness.get_by_label("supernet.lr").focus();
        harness.run_steps(3);
        harness.get_by_label("supernet.lr").type_text("fast");
        harness.run_steps(3);
    }),
    ("start-times", Stage::Nothing, |talk, harness| {
        talk.borrow_mut().reports = vec![start::probed(&["tiny", "small", "cifar"])];
        harness.run_steps(3);
    }),
    ("runs-compared", Stage::Finished, compare),
    ("runs-delete", Stage::Finished, |_, harness| {
        alone(harness, "runs");
        click(harness, "delete first");
    }),
    ("replay", Stage::Finished, |talk, harness| {
        let folder = "runs/first".into();
        talk.borrow_mut().reports = vec![Report::Replay { folder, records: records() }];
        harness.run_steps(60);
    }),
    ("palette", Stage::Running, |_, harness| {
        harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
        harness.run_steps(4);
    }),
    ("shortcuts", Stage::Running, |_, harness| {
        harness.key_press(Key::Questionmark);
        harness.run_steps(4);
    }),
    ("dropping", Stage::Nothing, |_, harness| {
        let path = Some("photos.zip".into());
        harness.input_mut().hovered_files.push(HoveredFile { path, ..HoveredFile::default() });
        harness.run_steps(3);
    }),
];

#[test]
fn windows_and_unfolded_parts_are_drawn_in_both_themes() {
    let Some(device) = Device::open() else {
        println!("SKIPPED: no adapter to draw with");
        return;
    };
    for (name, stage, steps) in LOOKS {
        for theme in [Theme::Dark, Theme::Light] {
            let talk = Rc::new(RefCell::new(Talk::default()));
            let screen = device.screen();
            let mut harness = fake::harness(&talk, [1024.0, 700.0], theme, screen.clone());
            talk.borrow_mut().reports = fake::reports(stage, "tiny");
            harness.run_steps(6);
            steps(&talk, &mut harness);
            let image = screen.shoot(&harness.ctx, harness.output());
            let name = format!("{name}-{theme:?}-1024.png").to_lowercase();
            screen::write(&image, &folder().join(&name));
            assert!(colours(&image) > 16, "{name} shows nothing");
        }
    }
}
