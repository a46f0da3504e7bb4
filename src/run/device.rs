//! The device of a run in its journal: what it is, and that a run goes on as it began.

use crate::gpu::Gpu;
use crate::protocol::facts::DeviceSummary;

/// What a journal keeps of a device.
pub(super) fn summary(gpu: &Gpu) -> DeviceSummary {
    let adapter = gpu.adapter();
    DeviceSummary {
        name: adapter.name.clone(),
        kind: adapter.kind.to_owned(),
        backend: adapter.backend.clone(),
        driver: adapter.driver.clone(),
        kernels: gpu.style().to_string(),
    }
}

/// Has a device run the variants of the kernels with which a run began on this adapter, unless
/// others are named: which are the fastest may be measured otherwise another day, and they round
/// differently. What comes back is what a person should know where the run goes on differently.
pub(super) fn go_on(gpu: &Gpu, began: &DeviceSummary) -> Option<String> {
    let here = summary(gpu);
    let same = here.is_adapter_of(began);
    if same && began.kernels.is_empty() {
        return None;
    }
    let style = gpu.styles().into_iter().find(|style| style.to_string() == began.kernels);
    if same && style.is_some_and(|style| gpu.prefer(style)) {
        return None;
    }
    let words = |device: &DeviceSummary| match same {
        true => format!("the kernels \"{}\"", device.kernels),
        false => {
            // A browser tells no driver.
            let parts = [&device.name, &device.backend, &device.driver].map(String::as_str);
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        }
    };
    let [began, here] = [began, &summary(gpu)].map(words);
    Some(format!(
        "this run began with {began} and goes on with {here}: from here on its figures may differ in the last \
         digits from those of a run that nobody disturbed"
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::gpu::AdapterChoice;

    #[test]
    fn a_run_goes_on_with_the_kernels_that_it_began_with_on_its_adapter_alone() {
        let gpu = pollster::block_on(Gpu::open(&AdapterChoice::Best)).unwrap();
        let own = gpu.style();
        let other = gpu.styles().into_iter().find(|style| *style != own).unwrap();
        let mut began = DeviceSummary { kernels: other.to_string(), ..summary(&gpu) };
        assert_eq!(go_on(&gpu, &began), None);
        assert_eq!(gpu.style(), other);

        gpu.set_style(own);
        began.kernels = "of later programs".to_owned();
        let told = go_on(&gpu, &began).unwrap();
        assert_eq!(gpu.style(), own);
        assert!(
            told.contains("\"of later programs\"") && told.contains(&own.to_string()),
            "{told}"
        );

        began = DeviceSummary { kernels: other.to_string(), ..summary(&gpu) };
        began.driver += " of another day";
        let told = go_on(&gpu, &began).unwrap();
        assert_eq!(gpu.style(), own);
        assert!(told.contains("of another day") && told.contains(&gpu.adapter().driver), "{told}");
    }

    #[test]
    fn a_run_of_an_older_program_goes_on_in_silence_on_its_adapter() {
        let gpu = pollster::block_on(Gpu::open(&AdapterChoice::Best)).unwrap();
        let began = DeviceSummary { kernels: String::new(), ..summary(&gpu) };
        let own = gpu.style();
        assert_eq!(go_on(&gpu, &began), None);
        assert_eq!(gpu.style(), own);
        let elsewhere = DeviceSummary { name: "another".to_owned(), ..began };
        assert!(go_on(&gpu, &elsewhere).unwrap().contains("began with another"));
    }
}
