//! The headers of panels: how long the titles of tabs may be, whether the controls of the pane in
//! front stand beside them or in a row of their own, and which tab has a cross. Decided before a
//! panel is drawn, from its breadth and from how broad the controls were in the frame before.

use std::collections::HashSet;

use eframe::egui::{self, Align, Layout, Rect, Ui, vec2};
use egui_tiles::{Container, Tile, TileId, Tree};

use super::panes;
use super::place::Place;
use super::theme;

/// On either side of a title, points; a pane's content begins as far from the left.
pub(super) const MARGIN: f32 = 12.0;
/// A tab's cross with the gap before it, as egui_tiles has them.
const CROSS: f32 = 16.0;
/// The button that saves a pane's drawing, with the gaps around it.
const SAVE: f32 = 8.0 + 28.0 + 8.0;
/// Height of controls in a row of their own.
const ROW: f32 = 26.0;

/// How the headers of a frame look, by the tiles of panes.
#[derive(Default)]
pub(super) struct Headers {
    short: HashSet<TileId>,
    own_row: HashSet<TileId>,
    front: HashSet<TileId>,
    closable: HashSet<TileId>,
}

impl Headers {
    /// Plans the headers of all panels; where a panel was not drawn before, as if it had room.
    pub(super) fn plan(ui: &Ui, tree: &Tree<Place>) -> Self {
        let mut headers = Self::default();
        for (id, tile) in tree.tiles.iter() {
            let Tile::Container(Container::Tabs(tabs)) = tile else { continue };
            let Some(front) = tabs.active else { continue };
            headers.front.insert(front);
            if tabs.children.len() > 1 {
                headers.closable.insert(front);
            }
            if let Some(rect) = tree.tiles.rect(*id) {
                headers.fit(ui, tree, (&tabs.children, front), rect.width());
            }
        }
        headers
    }

    /// The long titles with the controls, else short ones with them, else the controls go below.
    fn fit(&mut self, ui: &Ui, tree: &Tree<Place>, (tabs, front): (&[TileId], TileId), room: f32) {
        let keys: Vec<&str> = tabs.iter().filter_map(|tab| key(tree, *tab)).collect();
        let titles = |title: fn(&str) -> &str| -> f32 {
            let widths = keys.iter().map(|key| width(ui, title(key)) + 2.0 * MARGIN);
            widths.sum::<f32>() + if keys.len() > 1 { CROSS } else { 0.0 }
        };
        let (long, short) = (titles(panes::title), titles(panes::short_title));
        let controls = key(tree, front).map_or(0.0, |key| breadth(ui, key));
        let room = room - SAVE;
        let below = short + controls > room;
        if below {
            self.own_row.insert(front);
        }
        if long + if below { 0.0 } else { controls } > room {
            self.short.extend(tabs);
        }
    }

    /// The title of a pane's tab.
    pub(super) fn title<'a>(&self, tab: TileId, place: &'a Place) -> &'a str {
        match self.short.contains(&tab) {
            true => panes::short_title(place.key()),
            false => panes::title(place.key()),
        }
    }

    /// Whether this is the pane in front in its panel.
    pub(super) fn is_front(&self, tab: TileId) -> bool {
        self.front.contains(&tab)
    }

    /// Whether the tab has a cross: the one in front, where others are behind it.
    pub(super) fn is_closable(&self, tab: TileId) -> bool {
        self.closable.contains(&tab)
    }

    /// Whether the controls of a pane stand below the titles.
    pub(super) fn has_own_row(&self, tab: TileId) -> bool {
        self.own_row.contains(&tab)
    }
}

/// Draws the controls of a pane and notes how broad they are; `ui` runs from right to left.
pub(super) fn controls(ui: &mut Ui, key: &str, draw: impl FnOnce(&mut Ui)) {
    let from = ui.cursor().right();
    draw(ui);
    let breadth = from - ui.cursor().right();
    ui.data_mut(|data| data.insert_temp(id(key), breadth));
}

/// The same in a row of their own, at the top of what remains of `ui`.
pub(super) fn row(ui: &mut Ui, key: &str, draw: impl FnOnce(&mut Ui)) {
    let area = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), ROW));
    let layout = Layout::right_to_left(Align::Center);
    ui.scope_builder(egui::UiBuilder::new().max_rect(area).layout(layout), |ui| {
        controls(ui, key, draw);
    });
    ui.advance_cursor_after_rect(area);
}

/// How broad the controls of a pane were when they were last drawn.
fn breadth(ui: &Ui, key: &str) -> f32 {
    ui.data(|data| data.get_temp(id(key))).unwrap_or(0.0)
}

fn id(key: &str) -> egui::Id {
    egui::Id::unique(("breadth of the controls", key))
}

fn width(ui: &Ui, title: &str) -> f32 {
    let font = theme::bold(theme::TITLE);
    ui.painter().layout_no_wrap(title.to_owned(), font, egui::Color32::WHITE).size().x
}

fn key(tree: &Tree<Place>, tab: TileId) -> Option<&str> {
    match tree.tiles.get(tab) {
        Some(Tile::Pane(place)) => Some(place.key()),
        _ => None,
    }
}
