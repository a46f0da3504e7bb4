//! `report.html`: the whole of a run in one file that needs neither network nor script, made from
//! the run's state alone. No engine, no file, no clock: what is not in an event is not in here.

mod axis;
mod cards;
mod chart;
mod compare;
mod curves;
mod error;
mod gallery;
mod generator;
mod ink;
mod markup;
mod networks;
mod overview;
mod series;
mod settings;
mod standing;
mod strip;
mod training;
mod words;

use crate::protocol::RunState;
pub use error::ReportError;
use markup::{Html, markup};
use standing::only_scratch;

/// What a report says of its run beyond the run's own events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source<'a> {
    /// What to call the run: the name of its folder.
    pub name: &'a str,
    /// Whether a program works on it now; a run that has not ended is called stopped otherwise.
    pub active: bool,
}

/// The report of a run as the text of a self-contained HTML file.
///
/// Any state has a report: what does not exist yet is replaced by the reason, values that are not
/// finite are left out and counted.
///
/// # Errors
/// [`ReportError::Chart`] where the plotting library fails.
pub fn html(state: &RunState, source: Source<'_>) -> Result<String, ReportError> {
    let mut body = overview::header(state, source);
    if !only_scratch(state) {
        body.push(networks::section(state, source)?);
        body.push(training::supernet(state, source)?);
        body.push(generator::section(state, source)?);
    }
    body.push(training::scratch(state, source)?);
    body.push(settings::section(state));
    body.push(settings::footer());
    let page = markup!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>{} \u{b7} {}</title>\n<style>\n{}</style>\n</head>\n<body>\n{}</body>\n</html>\n",
        source.name,
        overview::kind(state),
        Html::trusted(include_str!("style.css").to_owned()),
        body
    );
    Ok(page.into_text())
}
