//! Middlewares that limit, buffer or repeat requests.

use super::access::{ClientTls, IpStrategy};
use crate::emit::traefik::forms::{AtLeast, Filled, GoDuration, Status};
use crate::record;
use crate::record::{Between, Each};
use crate::value::Duration;

record! {
    /// Limits how many requests come in a time.
    pub struct RateLimit {
        /// How many requests a `period` may bring on average; 0 for any number.
        average [Required]: i64 = AtLeast<0>,
        /// The period of `average`; a second where it is left out.
        period: Option<Duration> = GoDuration,
        /// How many may come at once.
        burst: Option<i64> = AtLeast<0>,
        /// Whose requests are counted together; those of one address where it is left out.
        source_criterion ("sourceCriterion"): Option<SourceCriterion>,
        /// Where several gateways count together.
        redis: Option<Redis>,
    }
}

record! {
    /// Whose requests are counted together: one of these.
    pub struct SourceCriterion {
        /// Those of one address.
        ip_strategy ("ipStrategy"): Option<IpStrategy>,
        /// Those with one value of this header.
        request_header_name ("requestHeaderName"): Option<String>,
        /// Those to one host.
        request_host ("requestHost"): Option<bool>,
    }
}

record! {
    /// A Redis in which several gateways count together.
    pub struct Redis {
        /// Its addresses, as `host:port`.
        endpoints: Vec<String>,
        /// How TLS is spoken with it.
        tls: Option<ClientTls>,
        /// The user.
        username: Option<String>,
        /// The password. A generated file holds no secret: it cannot stand here.
        password: Option<String>,
        /// The number of the database.
        db: Option<i64>,
        /// How many connections there are at first.
        pool_size ("poolSize"): Option<i64>,
        /// How many idle connections are kept at least.
        min_idle_conns ("minIdleConns"): Option<i64>,
        /// How many connections there are at most; 0 for any number.
        max_active_conns ("maxActiveConns"): Option<i64>,
        /// How long reading may take.
        read_timeout ("readTimeout"): Option<Duration> = GoDuration,
        /// How long writing may take.
        write_timeout ("writeTimeout"): Option<Duration> = GoDuration,
        /// How long connecting may take.
        dial_timeout ("dialTimeout"): Option<Duration> = GoDuration,
    }
}

record! {
    /// Limits how many requests are open at once.
    pub struct InFlightReq {
        /// How many.
        amount [Required]: i64 = AtLeast<1>,
        /// Whose requests are counted together; all to one host where it is left out.
        source_criterion ("sourceCriterion"): Option<SourceCriterion>,
    }
}

record! {
    /// Limits how many connections of an address are open at once.
    pub struct InFlightConn {
        /// How many.
        amount [Required]: i64 = AtLeast<1>,
    }
}

record! {
    /// Reads requests and answers whole, up to a size.
    pub struct Buffering {
        /// How large a request may be, in bytes; 0 for any size.
        max_request_body_bytes ("maxRequestBodyBytes"): Option<i64>,
        /// From which size on a request is kept on disk, in bytes.
        mem_request_body_bytes ("memRequestBodyBytes"): Option<i64>,
        /// How large an answer may be, in bytes; 0 for any size.
        max_response_body_bytes ("maxResponseBodyBytes"): Option<i64>,
        /// From which size on an answer is kept on disk, in bytes.
        mem_response_body_bytes ("memResponseBodyBytes"): Option<i64>,
        /// When a request is made again, as `IsNetworkError() && Attempts() < 2`.
        retry_expression ("retryExpression"): Option<String>,
    }
}

record! {
    /// Answers by itself while the service does badly.
    pub struct CircuitBreaker {
        /// When it does badly, as `NetworkErrorRatio() > 0.30`.
        expression [Required]: String = Filled,
        /// The time between two looks.
        check_period ("checkPeriod"): Option<Duration> = GoDuration,
        /// How long it answers by itself before it tries again.
        fallback_duration ("fallbackDuration"): Option<Duration> = GoDuration,
        /// How long it tries again.
        recovery_duration ("recoveryDuration"): Option<Duration> = GoDuration,
        /// The status that it answers with.
        response_code ("responseCode"): Option<i64> = Between<100, 599>,
    }
}

record! {
    /// Asks again where a server does not answer.
    pub struct Retry {
        /// How often it is asked at most.
        attempts [Required]: i64 = AtLeast<1>,
        /// How long all of it may take.
        timeout: Option<Duration> = GoDuration,
        /// The time before the second attempt; it grows from there.
        initial_interval ("initialInterval"): Option<Duration> = GoDuration,
        /// How large a body is kept for another attempt, in bytes; -1 for any.
        max_request_body_bytes ("maxRequestBodyBytes"): Option<i64>,
        /// The statuses that are no answer, as `502` or `500-599`.
        status: Vec<String> = Each<Status>,
        /// Whether a broken connection is an answer; then there has to be a `status`.
        disable_retry_on_network_error ("disableRetryOnNetworkError"): Option<bool>,
        /// Whether requests that change something are made again, too.
        retry_non_idempotent_method ("retryNonIdempotentMethod"): Option<bool>,
    }
}
