//! The heat map of what was trained how often.

use egui_kittest::kittest::Queryable;

use crate::fake::Stage;
use crate::logic::{app, at};

#[test]
fn the_heat_map_counts_what_was_trained_over_all_epochs() {
    let (_talk, mut harness) = at(Stage::Finished);
    harness.state_mut().as_mut().unwrap().show_alone("training");
    harness.run_steps(4);
    let state = &app(&harness).studio().run.as_ref().unwrap().state;
    let cells = state.path_counts[0].counts.len();
    let of = |cell: usize| state.path_counts.iter().map(|epoch| epoch.counts[cell]).sum::<u64>();
    let most = (0..cells).map(of).max().unwrap();
    let label = format!("how often each layer, expansion and kernel was trained, at most {most}");
    assert!(harness.query_by_label(&label).is_some(), "it stands below the curves");
    harness.get_by_label("supernet").click();
    harness.run_steps(2);
    harness.get_by_label("what was trained how often").click();
    harness.run_steps(3);
    assert!(harness.query_by_label(&label).is_some());
    assert!(harness.query_by_label("random paths").is_none(), "in the place of the curves");
}
