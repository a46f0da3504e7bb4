//! What panes show, saved as files.

use std::sync::Arc;

use eframe::egui::{Color32, ColorImage, ViewportCommand};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sgnas::studio::App;
use sgnas::studio::backend::{Report, Request};
use sgnas::studio::panes::PANES;

use crate::fake::{Shared, Stage};
use crate::logic::{asked, at};

fn alone<'a>(key: &str) -> (Shared, Harness<'a, Option<App>>) {
    let (talk, mut harness) = at(Stage::Finished);
    harness.state_mut().as_mut().unwrap().show_alone(key);
    harness.run_steps(4);
    asked(&talk);
    (talk, harness)
}

/// Chooses an entry of the menu that saves; whether there is one.
fn choose(harness: &mut Harness<'_, Option<App>>, entry: &str) -> bool {
    harness.get_by_label("Save what this pane shows").click();
    harness.run_steps(2);
    let found = harness.query_by_label(entry).map(|entry| entry.click()).is_some();
    harness.run_steps(1);
    found
}

fn saved(talk: &Shared) -> Option<(String, Vec<u8>)> {
    asked(talk).into_iter().find_map(|request| match request {
        Request::Save { run, name, bytes } => {
            assert_eq!(run, std::path::Path::new("runs/fashion-small"));
            Some((name, bytes))
        }
        _ => None,
    })
}

#[test]
fn every_pane_leaves_as_svg_with_its_words_as_text() {
    for entry in PANES {
        let (talk, mut harness) = alone(entry.key);
        assert!(choose(&mut harness, "Drawing as SVG"), "{}", entry.key);
        let (name, bytes) = saved(&talk).expect("a file");
        assert_eq!(name, format!("{}.svg", entry.key));
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("<svg ") && text.ends_with("</svg>\n"), "{name}");
        assert_eq!(text.matches("<g ").count(), text.matches("</g>").count(), "{name}");
        assert!(text.contains("</text>"), "{name} has no words");
        assert!(!text.contains("Drawing as SVG"), "{name} shows the menu");
    }
}

#[test]
fn the_drawing_of_an_architecture_holds_a_cell_for_every_kernel() {
    let (talk, mut harness) = alone("architecture");
    choose(&mut harness, "Drawing as SVG");
    let (_, bytes) = saved(&talk).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let network = crate::logic::app(&harness).studio().network.clone().unwrap();
    let kernels = network.architecture.kernels().iter().flatten();
    for kernel in [3, 5, 7] {
        let count = kernels.clone().filter(|&&own| own == kernel).count();
        // Those of what the generator weighs are smaller.
        let number = format!(">{kernel}</text>");
        let numbers = text.lines().filter(|line| line.contains(&number));
        let cells = numbers.filter(|line| !line.contains("font-size=\"8\"")).count();
        // The number of a layer may be the same.
        assert!((count..count + 2).contains(&cells), "{count} kernels of {kernel}, {cells} cells");
    }
}

#[test]
fn numbers_leave_as_csv_with_a_header_and_all_lines() {
    let (talk, mut harness) = alone("scatter");
    assert!(choose(&mut harness, "Numbers as CSV"));
    let (name, bytes) = saved(&talk).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!((name.as_str(), text.lines().count()), ("scatter.csv", 1 + 158));
    for key in ["training", "architecture", "tracking"] {
        let (talk, mut harness) = alone(key);
        assert!(choose(&mut harness, "Numbers as CSV"), "{key}");
        let (_, bytes) = saved(&talk).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let fields = |line: &str| line.split(',').count();
        let header = fields(text.lines().next().unwrap());
        assert!(text.lines().count() > 5, "{key}");
        assert!(text.lines().all(|line| fields(line) == header), "{key}: {text}");
    }
}

#[test]
fn a_picture_is_taken_without_the_menu_and_where_it_went_is_told() {
    let (talk, mut harness) = alone("scatter");
    assert!(choose(&mut harness, "Picture as PNG"));
    let mut taken = false;
    for _ in 0..8 {
        let output = harness.output().viewport_output.clone();
        for command in output.into_values().flat_map(|viewport| viewport.commands) {
            if let ViewportCommand::Screenshot(callback) = command {
                assert!(harness.query_by_label("Picture as PNG").is_none(), "the menu is open");
                let window = ColorImage::filled([1440, 900], Color32::RED);
                callback.complete(Arc::new(window));
                taken = true;
            }
        }
        harness.run_steps(1);
    }
    assert!(taken, "no picture was asked for");
    let (name, bytes) = saved(&talk).expect("a picture");
    assert_eq!(name, "scatter.png");
    let picture = image::load_from_memory(&bytes).unwrap();
    assert!(picture.width() > 1000 && picture.height() > 600 && picture.width() < 1440);
    talk.borrow_mut().reports = vec![Report::Saved("runs/x/exports/scatter.png".into())];
    harness.run_steps(2);
    assert!(harness.query_by_label_contains("saved runs/x/exports/scatter.png").is_some());
}

#[test]
fn a_person_may_be_asked_where_files_go() {
    let (talk, mut harness) = alone("scatter");
    harness.get_by_label("Save what this pane shows").click();
    harness.run_steps(2);
    harness.get_by_label("Ask where to save").click();
    harness.run_steps(2);
    for entry in ["Numbers as CSV", "Drawing as SVG"] {
        if harness.query_by_label(entry).is_none() {
            harness.get_by_label("Save what this pane shows").click();
            harness.run_steps(2);
        }
        harness.get_by_label(entry).click();
        harness.run_steps(2);
        let asks = |request: &Request| matches!(request, Request::SaveAs { .. });
        assert!(asked(&talk).iter().any(asks), "{entry}");
    }
}

#[test]
fn a_run_writes_its_report() {
    let (talk, mut harness) = at(Stage::Finished);
    asked(&talk);
    harness.get_by_label_contains("fashion-small · seed").click();
    harness.run_steps(2);
    harness.get_by_label("Write its report").click();
    harness.run_steps(2);
    assert!(asked(&talk).contains(&Request::WriteReport("runs/fashion-small".into())));
}
