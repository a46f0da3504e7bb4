//! What a browser's compiler says of the kernels, those for GPUs too, which no software adapter of a
//! browser runs.

use serde_json::{Value, json};
use sgnas::gpu::{Words, shaders};

use crate::stage::Stage;

#[test]
fn the_browser_takes_every_kernel_that_needs_no_subgroups() {
    let Some(stage) = Stage::set() else { return };
    let mut page = stage.page(true);
    page.open(&stage.studio);
    page.until_drawn();
    page.ask(
        "navigator.gpu.requestAdapter().then((one) => one.requestDevice()) \
            .then((device) => { globalThis.taker = device; })",
    );
    let mut refused = |text: &str| -> Value {
        page.ask(&format!(
            "taker.createShaderModule({{ code: {} }}).getCompilationInfo().then((told) => \
                told.messages.filter((one) => one.type === 'error').map((one) => one.message))",
            json!(text)
        ))
    };
    for shader in shaders::ALL.iter().filter(|shader| !shader.subgroups) {
        assert_eq!(refused(&shader.text(Words::Plain)), json!([]), "{}", shader.name);
    }
    // Who takes everything says nothing of anything.
    let astray = "var<workgroup> a: u32; @compute @workgroup_size(8) fn f(@builtin(local_invocation_index) i: u32) \
        { if (i == 0u) { workgroupBarrier(); } a = i; }";
    assert_ne!(refused(astray), json!([]), "a barrier that not all reach");
}
