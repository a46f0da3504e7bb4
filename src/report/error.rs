//! What can go wrong while a report is made.

/// Errors of the `report` room.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ReportError {
    /// The plotting library refused a drawing.
    #[error("the chart '{chart}' could not be drawn: {reason}; the numbers are in the journal")]
    Chart {
        /// Its title.
        chart: String,
        /// What the library says.
        reason: String,
    },
}
