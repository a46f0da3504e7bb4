//! Links to a search: opened, started from, and copied.

use std::cell::RefCell;
use std::rc::Rc;

use eframe::egui::{OutputCommand, Theme};
use egui_kittest::kittest::Queryable;
use sgnas::space::Architecture;
use sgnas::studio::App;
use sgnas::studio::backend::{Report, Request};

use crate::fake::{self, Fake, Stage, Talk};
use crate::logic::{Blind, app, asked, at};

const LINK: &str = "preset=tiny&supernet.epochs=3&seed=9&macs=2000000&network=35-7-3-3-3-77";

#[test]
fn a_link_shows_its_search_and_the_run_started_from_it_has_its_budget_and_its_network() {
    let (talk, mut harness) = at(Stage::Nothing);
    talk.borrow_mut().reports.push(Report::Linked(LINK.to_owned()));
    harness.run_steps(4);
    asked(&talk);
    harness.get_by_label("Start the search").click();
    harness.run_steps(2);
    let requests = asked(&talk);
    let Some(Request::Start(config)) = requests.first() else { panic!("{requests:?}") };
    assert_eq!((config.supernet.epochs, config.general.seed), (3, 9));

    let opened = fake::reports(Stage::Empty, "tiny").into_iter();
    talk.borrow_mut().reports.extend(opened.filter(|one| matches!(one, Report::Opened { .. })));
    harness.run_steps(4);
    let studio = app(&harness).studio();
    // The slider stands at the nearest of its own stops.
    let macs = studio.budget.macs.unwrap();
    assert!(macs.abs_diff(2_000_000) < 1_000 && studio.budget.params.is_none(), "{macs}");
    let pinned: Vec<&Architecture> =
        studio.pins.iter().map(|pin| &pin.network.architecture).collect();
    assert_eq!(pinned.len(), 1);
    assert_eq!(pinned[0].to_string(), "35 7 3 3 3 77");
    let kept = asked(&talk);
    assert!(
        kept.iter().any(|one| matches!(one, Request::KeepPins { pins, .. } if pins.len() == 1))
    );
}

#[test]
fn a_link_that_is_wrong_says_so_and_changes_nothing() {
    let (talk, mut harness) = at(Stage::Nothing);
    talk.borrow_mut().reports.push(Report::Linked("preset=tiny&macs=much".to_owned()));
    harness.run_steps(4);
    let trouble = app(&harness).studio().trouble.clone().unwrap();
    assert!(trouble.contains("`much`"), "{trouble}");
}

#[test]
fn a_page_copies_a_link_and_lets_no_folder_be_chosen() {
    let talk = Rc::new(RefCell::new(Talk::default()));
    let shared = talk.clone();
    let mut harness = fake::drawn_by([1440.0, 900.0], Theme::Dark, Blind, move |ctx| {
        App::new(ctx, None, Box::new(Fake(shared.clone())), None).at("http://here/".to_owned())
    });
    talk.borrow_mut().reports = fake::reports(Stage::Nothing, "tiny");
    talk.borrow_mut().reports.push(Report::Linked(LINK.to_owned()));
    harness.run_steps(4);
    assert!(
        harness.query_by_label("Folder …").is_none() && harness.query_by_label("File …").is_some()
    );
    harness.get_by_label("Panes, layout, theme").click();
    harness.run_steps(3);
    harness.get_by_label("Copy a link to this search").click();
    let mut copied = Vec::new();
    for _ in 0..3 {
        harness.step();
        copied.extend(harness.output().platform_output.commands.iter().filter_map(
            |one| match one {
                OutputCommand::CopyText(text) => Some(text.clone()),
                _ => None,
            },
        ));
    }
    assert_eq!(copied, ["http://here/#preset=tiny&seed=9&supernet.epochs=3"]);
}
