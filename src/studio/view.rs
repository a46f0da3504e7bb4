//! What a pane gets: the state to read, the tokens to draw with, and a place for its wishes. A
//! pane changes nothing but itself; the app fulfils wishes after the frame.

use std::cell::RefCell;

use eframe::egui::{KeyboardShortcut, ThemePreference};

use super::backend::Request;
use super::export::Format;
use super::frame::Frames;
use super::state::{Seek, Source, Studio};
use super::theme::Tokens;
use crate::protocol::Config;
use crate::space::{Architecture, Budget};

/// What a pane may want.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// Something of the outside.
    Ask(Request),
    /// Other limits: the sliders move, and an answer is asked for.
    Budget(Budget),
    /// Another architecture in view.
    Show(Architecture, Source),
    /// An architecture pinned.
    Pin(Architecture, Source),
    /// An architecture pinned no longer.
    Unpin(Architecture),
    /// A pane in front, by its key; one that was closed comes back.
    Pane(&'static str),
    /// A pane in front, with a light around it for a moment.
    Point(&'static str),
    /// A setting of the next run, by its key; `None` as its preset has it.
    NextRun(&'static str, Option<&'static str>),
    /// The drawing of a pane as a file, by its key.
    Export(String, Format),
    /// Whether a person is asked where a file is to go.
    AskWhere(bool),
    /// A link to this search copied.
    Share {
        /// Whether the network in view goes along.
        network: bool,
    },
    /// The search that the start page shows begun.
    Start,
    /// The start page, or back to the panes.
    StartPage(bool),
    /// The start page with these settings.
    StartFrom(Box<Config>),
    /// The replay held, faster, or elsewhere.
    Seek(Seek),
    /// The default layout again.
    RestoreLayout,
    /// Everything larger or smaller, in percent of its size as the screen has it.
    Scale(u32),
    /// Another theme.
    Theme(ThemePreference),
    /// The command palette, or away with it.
    Palette,
    /// The list of shortcuts, or away with it.
    Shortcuts,
    /// The trouble is read.
    Dismiss,
}

/// Something that can be done, as buttons, menus and keys have it.
#[derive(Clone, Debug)]
pub struct Command {
    /// By which buttons know it.
    pub id: &'static str,
    /// What it does, in a few words.
    pub name: String,
    /// Its keys, if it has any.
    pub keys: Option<KeyboardShortcut>,
    /// What it wishes; `None` where it cannot be done now.
    pub wish: Option<Wish>,
}

/// What a pane draws from.
pub struct View<'a> {
    /// Everything known.
    pub studio: &'a Studio,
    /// Colours and sizes.
    pub tokens: &'a Tokens,
    /// Times of the interface's own frames.
    pub frames: &'a Frames,
    /// All commands, as they stand now.
    pub commands: Vec<Command>,
    wishes: RefCell<Vec<Wish>>,
}

impl<'a> View<'a> {
    /// A view without wishes yet.
    pub fn new(
        studio: &'a Studio,
        tokens: &'a Tokens,
        frames: &'a Frames,
        commands: Vec<Command>,
    ) -> Self {
        Self { studio, tokens, frames, commands, wishes: RefCell::default() }
    }

    /// The command of this id.
    pub fn command(&self, id: &str) -> Option<&Command> {
        self.commands.iter().find(|command| command.id == id)
    }

    /// Notes a wish.
    pub fn wish(&self, wish: Wish) {
        self.wishes.borrow_mut().push(wish);
    }

    /// The wishes in order.
    pub fn into_wishes(self) -> Vec<Wish> {
        self.wishes.into_inner()
    }
}
