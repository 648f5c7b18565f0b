//! Calls to other contracts.
//!
//! A contract cannot wait for another one. It leaves instructions, *promises*, which are carried
//! out in later blocks, and names the method that gets their results, the *callback*. Three shapes
//! are shown, with the `counter` example as the other side:
//!
//! - one call, then a callback that also runs when the call fails: [`CrossCall::add`];
//! - several calls at once, then one callback for all results: [`CrossCall::total`];
//! - no call at all: the answer comes from outside, later, by yield and resume: [`CrossCall::ask`].
//!
//! Between a call and its callback other calls may run, so a callback trusts nothing it has not
//! checked itself, and state is written before the promise is made, not after.

use near_sdk::store::LookupMap;
use near_sdk::{
    AccountId, Gas, GasWeight, Promise, PromiseError, YieldId, env, ext_contract, log, near,
    require, serde_json,
};

/// Gas for one call of a counter.
const COUNTER_GAS: Gas = Gas::from_tgas(5);

/// Gas for one of our callbacks.
const CALLBACK_GAS: Gas = Gas::from_tgas(10);

/// The methods of the other contract that we call; `ext_counter` is generated from it.
#[ext_contract(ext_counter)]
pub trait Counter {
    /// The current value.
    fn get(&self) -> i32;
    /// Adds `by`, returns the new value.
    fn add(&mut self, by: i32) -> i32;
}

/// A question that waits for its answer.
#[near(serializers = [borsh])]
pub struct Question {
    text: String,
    /// The only account that may answer.
    asked: AccountId,
    /// What resumes the waiting promise.
    yield_id: YieldId,
}

/// Open questions by number. The calls to counters need no state.
#[near(contract_state)]
pub struct CrossCall {
    questions: LookupMap<u32, Question>,
    next_question: u32,
}

impl Default for CrossCall {
    fn default() -> Self {
        Self { questions: LookupMap::new(b"q"), next_question: 0 }
    }
}

#[near]
impl CrossCall {
    /// Adds `by` to the counter of another account and returns its new value, `null` if it refused.
    ///
    /// The result of this call is the result of the promise that it returns.
    pub fn add(&self, counter: AccountId, by: i32) -> Promise {
        ext_counter::ext(counter.clone()).with_static_gas(COUNTER_GAS).add(by).then(
            Self::ext(env::current_account_id()).with_static_gas(CALLBACK_GAS).on_added(counter),
        )
    }

    /// Callback of [`CrossCall::add`]. Callbacks are private: only this contract may call them.
    ///
    /// The result is an `Err` when the other contract failed or does not exist. Its state is then as
    /// it was, but ours is not: whatever had to be undone here would be undone now.
    #[private]
    pub fn on_added(
        &self,
        counter: AccountId,
        #[callback_result] value: Result<i32, PromiseError>,
    ) -> Option<i32> {
        match value {
            Ok(value) => {
                log!("{counter} stands at {value}");
                Some(value)
            }
            Err(_) => {
                log!("{counter} refused");
                None
            }
        }
    }

    /// The sum of several counters, which are asked at the same time. Fails when one of them does.
    pub fn total(&self, counters: Vec<AccountId>) -> Promise {
        counters
            .into_iter()
            .map(|counter| ext_counter::ext(counter).with_static_gas(COUNTER_GAS).get())
            .reduce(Promise::and)
            .unwrap_or_else(|| env::panic_str("no counter is given"))
            .then(Self::ext(env::current_account_id()).with_static_gas(CALLBACK_GAS).on_total())
    }

    /// Callback of [`CrossCall::total`]: one result per counter, in the order of the calls.
    #[private]
    pub fn on_total(&self, #[callback_vec] values: Vec<i32>) -> i64 {
        values.into_iter().map(i64::from).sum()
    }

    /// Asks an account that has no contract, a person or a service, and returns its answer.
    ///
    /// The call stays open until [`CrossCall::answer`] is called or the protocol's time is up (200
    /// blocks); in both cases [`CrossCall::on_answer`] runs.
    pub fn ask(&mut self, asked: AccountId, question: String) -> Promise {
        let number = self.next_question;
        self.next_question += 1;
        log!("question {number} for {asked}: {question}");
        let arguments = serde_json::json!({ "number": number }).to_string();
        let (promise, yield_id) =
            Promise::new_yield("on_answer", arguments, CALLBACK_GAS, GasWeight(0));
        self.questions.insert(number, Question { text: question, asked, yield_id });
        promise
    }

    /// Answers question `number`.
    pub fn answer(&self, number: u32, answer: String) {
        let question = self
            .questions
            .get(&number)
            .unwrap_or_else(|| env::panic_str("there is no such open question"));
        require!(
            env::predecessor_account_id() == question.asked,
            "the question is for somebody else"
        );
        // The payload is what the callback finds as the result of its promise.
        let payload = serde_json::json!(answer).to_string();
        if question.yield_id.resume(payload).is_err() {
            env::panic_str("the question was answered already or its time is up");
        }
    }

    /// Callback of [`CrossCall::ask`]: the answer, or `null` when none came in time.
    #[private]
    pub fn on_answer(
        &mut self,
        number: u32,
        #[callback_result] answer: Result<String, PromiseError>,
    ) -> Option<String> {
        let question = self.questions.remove(&number)?;
        match &answer {
            Ok(answer) => log!("{} answers {:?} with {answer:?}", question.asked, question.text),
            Err(_) => log!("{} did not answer {:?}", question.asked, question.text),
        }
        answer.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use near_sdk::mock::MockAction;
    use near_sdk::test_utils::{VMContextBuilder, get_created_receipts, get_logs};
    use near_sdk::testing_env;

    fn account(id: &str) -> AccountId {
        id.parse().unwrap()
    }

    fn called_by(predecessor: &str) {
        testing_env!(
            VMContextBuilder::new()
                .current_account_id(account("caller.near"))
                .predecessor_account_id(account(predecessor))
                .build()
        );
    }

    /// Receiver and method of every call that was promised.
    fn promised() -> Vec<(String, String)> {
        get_created_receipts()
            .into_iter()
            .flat_map(|receipt| {
                receipt.actions.into_iter().filter_map(move |action| match action {
                    MockAction::FunctionCallWeight { method_name, .. } => {
                        let method = String::from_utf8(method_name).unwrap();
                        Some((receipt.receiver_id.to_string(), method))
                    }
                    _ => None,
                })
            })
            .collect()
    }

    fn call(receiver: &str, method: &str) -> (String, String) {
        (receiver.into(), method.into())
    }

    #[test]
    fn calls_and_calls_back() {
        called_by("ann.near");
        // A promise is sent off when it is dropped.
        drop(CrossCall::default().add(account("counter.near"), 2));
        assert_eq!(promised(), [call("counter.near", "add"), call("caller.near", "on_added")]);
    }

    #[test]
    fn reports_success_and_failure() {
        called_by("caller.near");
        let contract = CrossCall::default();
        assert_eq!(contract.on_added(account("c.near"), Ok(7)), Some(7));
        assert_eq!(contract.on_added(account("c.near"), Err(PromiseError::Failed)), None);
        assert_eq!(get_logs(), ["c.near stands at 7", "c.near refused"]);
    }

    #[test]
    fn asks_all_counters_at_once() {
        called_by("ann.near");
        let contract = CrossCall::default();
        drop(contract.total(vec![account("a.near"), account("b.near")]));
        assert_eq!(
            promised(),
            [call("a.near", "get"), call("b.near", "get"), call("caller.near", "on_total")]
        );
        assert_eq!(contract.on_total(vec![i32::MAX, 1]), 2_147_483_648);
    }

    #[test]
    fn question_is_answered_once() {
        // Bob asks himself, because the mocked chain forgets its yields when the caller changes.
        called_by("bob.near");
        let mut contract = CrossCall::default();
        drop(contract.ask(account("bob.near"), "tea?".into()));
        contract.answer(0, "yes".into());
        assert_eq!(contract.on_answer(0, Ok("yes".into())), Some("yes".into()));
        assert_eq!(contract.on_answer(0, Ok("no".into())), None);
    }

    #[test]
    #[should_panic(expected = "the question is for somebody else")]
    fn strangers_do_not_answer() {
        called_by("ann.near");
        let mut contract = CrossCall::default();
        drop(contract.ask(account("bob.near"), "tea?".into()));
        called_by("eve.near");
        contract.answer(0, "no".into());
    }
}
