#![no_main]

use std::cell::RefCell;

use rollright_fuzz::Services;

thread_local! {
    static SERVICES: RefCell<Services> = RefCell::new(Services::new());
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    SERVICES.with_borrow_mut(|services| services.ask(input));
});
