//! The table of commands: the palette, keys, the list of shortcuts; and opening one's own data.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::{DroppedFile, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sgnas::protocol::Command;
use sgnas::studio::App;
use sgnas::studio::backend::{Browse, Report, Request};

use crate::fake::Stage;
use crate::logic::{app, asked, at, rested};

fn press(harness: &mut Harness<'_, Option<App>>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(3);
}

#[test]
fn the_palette_finds_a_command_by_its_words_and_does_it() {
    let (talk, mut harness) = at(Stage::Running);
    asked(&talk);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    harness.get_by_label("Search commands").type_text("show lo");
    harness.run_steps(3);
    assert!(harness.query_by_label("do: Show Log").is_some());
    assert!(harness.query_by_label("do: Show Runs").is_none());
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(harness.query_by_label("Search commands").is_none(), "it closes");
    assert!(harness.query_by_label("Search the log").is_some());

    // By arrows: the second of what is found, and Escape closes without doing.
    press(&mut harness, Modifiers::COMMAND, Key::K);
    harness.get_by_label("Search commands").type_text("theme");
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::ArrowDown);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(!harness.ctx.global_style().visuals.dark_mode, "the light theme is the second");
    press(&mut harness, Modifiers::COMMAND, Key::K);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.query_by_label("Search commands").is_none());
    assert_eq!(asked(&talk), []);
}

#[test]
fn what_cannot_be_done_now_is_not_in_the_palette_and_its_keys_do_nothing() {
    let (talk, mut harness) = rested(Stage::Finished);
    press(&mut harness, Modifiers::COMMAND, Key::S);
    press(&mut harness, Modifiers::NONE, Key::Space);
    assert_eq!(asked(&talk), []);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    assert!(harness.query_by_label("do: Save a checkpoint").is_none());

    let (talk, mut harness) = at(Stage::Running);
    asked(&talk);
    press(&mut harness, Modifiers::COMMAND, Key::S);
    press(&mut harness, Modifiers::NONE, Key::Space);
    let commands = [Command::Save, Command::Pause].map(Request::Command);
    assert_eq!(asked(&talk), commands);
}

#[test]
fn a_question_mark_lists_the_keys_of_all_commands() {
    let (_, mut harness) = at(Stage::Finished);
    press(&mut harness, Modifiers::NONE, Key::Questionmark);
    for name in ["Search commands", "Save a checkpoint", "Show Architecture", "Move a plot"] {
        assert!(harness.query_by_label(name).is_some(), "{name}");
    }
    // The crosses of tabs have the same name; the list lies over them.
    harness.get_all_by_label("Close").last().unwrap().click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Move a plot").is_none());
}

#[test]
fn the_dialogs_are_asked_for_by_keys_and_what_was_chosen_is_taken() {
    let (talk, mut harness) = at(Stage::Nothing);
    asked(&talk);
    press(&mut harness, Modifiers::COMMAND, Key::O);
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    let dialogs = [Browse::Folder, Browse::File].map(Request::Browse);
    assert_eq!(asked(&talk), dialogs);
    harness.get_by_label("File …").click();
    harness.run_steps(2);
    assert_eq!(asked(&talk), [Request::Browse(Browse::File)]);
    talk.borrow_mut().reports = vec![Report::Chosen("photos.zip".into())];
    harness.run_steps(2);
    assert_eq!(asked(&talk), [Request::Take("photos.zip".into())]);
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the studio reads no files".to_owned())
    }
}

#[test]
fn dropped_images_become_those_of_a_new_run() {
    let (talk, mut harness) = rested(Stage::Finished);
    harness.input_mut().dropped_files.push(Arc::new(Dropped("photos".into())));
    harness.run_steps(2);
    assert_eq!(asked(&talk), [Request::Take("photos".into())]);
    let form = "images in a folder for each class".to_owned();
    talk.borrow_mut().reports = vec![Report::Images { path: "photos".into(), form: form.clone() }];
    harness.run_steps(3);
    assert!(harness.query_by_label(&form).is_some());
    harness.get_by_label("Start the search").click();
    harness.run_steps(2);
    let requests = asked(&talk);
    let Some(Request::Start(config)) = requests.first() else { panic!("{requests:?}") };
    assert_eq!(config.general.data, "photos");
    assert!(app(&harness).studio().trouble.is_none());
}
