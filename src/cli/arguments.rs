//! Arguments that several commands share.

use crate::gpu::AdapterChoice;

/// `--adapter`: a number of `sgnas devices`, or words of a name.
pub(super) fn adapter(text: &str) -> Result<AdapterChoice, String> {
    let text = text.trim();
    match text.parse() {
        Ok(index) => Ok(AdapterChoice::Index(index)),
        Err(_) if text.is_empty() => Err("give a number or a part of a name".to_owned()),
        Err(_) => Ok(AdapterChoice::Named(text.to_owned())),
    }
}
