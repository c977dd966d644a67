#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    rollright_fuzz::in_time(|| rollright::fuzzing::cursor(input));
});
