"""The wizard's questions in the order in which they are asked. Words and bounds; their meaning is in `questions`."""

from __future__ import annotations

from workbench.domain.question import Answers, Choice, Kind, Question, Step


def _data_may_leave(answers: Answers) -> bool:
    return answers.get("third_party") != "forbidden"


def _is_not_public(answers: Answers) -> bool:
    return answers.get("sensitivity") != "public"


def _needs_papers(answers: Answers) -> bool:
    return _is_not_public(answers) and _data_may_leave(answers)


def _is_mixed(answers: Answers) -> bool:
    return _is_not_public(answers) and answers.get("third_party") == "sensitive-stays"


_PRODUCT = Step(
    "product",
    "The product",
    "What the model will do for whom. This decides which kinds of model come into question.",
    (
        Question(
            "job", "What is the job of the product?",
            "One sentence keeps everyone honest later: the report opens with it.",
            Kind.TEXT, "", "", "The report leaves the line out.",
            example="Answer employees' questions from our internal documents",
        ),
        Question(
            "tasks", "Which tasks does the model do?",
            "Each kind of model is made for some tasks: text, pictures, speech or code.",
            Kind.MULTI, ["answering"], ["answering"], "Counts as answering questions in text.",
            example="Answering questions, summarising",
            choices=(
                Choice("answering", "Answering questions", "From documents or general knowledge"),
                Choice("extraction", "Extracting fields", "Names, dates, amounts out of text"),
                Choice("classification", "Sorting into categories", "Tickets, mails, sentiment"),
                Choice("summarising", "Summarising"),
                Choice("writing", "Writing and rewriting"),
                Choice("code", "Writing code"),
                Choice("image-generation", "Making pictures"),
                Choice("speech-to-text", "Speech to text"),
                Choice("text-to-speech", "Text to speech"),
                Choice("search", "Finding similar texts", "Embeddings, for search and retrieval"),
            ),
        ),
        Question(
            "input_modalities", "What goes in?", "A model that cannot read it is out.",
            Kind.MULTI, ["text"], None, "Follows from the tasks.", example="Text and scanned PDF",
            choices=(
                Choice("text", "Text"), Choice("image", "Pictures"), Choice("pdf", "PDF pages"),
                Choice("audio", "Sound"), Choice("video", "Video"),
            ),
        ),
        Question(
            "output_modalities", "What comes out?", "A model that cannot make it is out.",
            Kind.MULTI, ["text"], None, "Follows from the tasks.", example="Text",
            choices=(
                Choice("text", "Text"), Choice("image", "Pictures"), Choice("audio", "Sound"),
                Choice("embedding", "Embeddings", "Numbers that say how alike two texts are"),
            ),
        ),
    ),
)

_WORKLOAD = Step(
    "workload",
    "Workload",
    "How much the product will ask of the model. Cost follows from these figures more than from any other.",
    (
        Question(
            "requests_per_day", "How many requests a day?",
            "Monthly cost grows with it, and above some volume your own servers cost less than an API.",
            Kind.RANGE, {"low": 1_000, "likely": 2_000, "high": 5_000}, {"low": 100, "likely": 2_000, "high": 20_000},
            "Counts as 100 to 20,000 a day, so every cost range becomes wide.",
            example="2,000 employees, about 5 questions each working day: 9,700", unit="requests a day",
            low=1, high=1e10,
        ),
        Question(
            "peak_factor", "How much busier is the busiest time?",
            "Own servers must carry the peak; an API charges the same either way.",
            Kind.NUMBER, 2.5, 2.5, "Counts as 2.5 times the average.", example="Office hours only: 2.5 to 4",
            unit="times the average", low=1, high=1_000,
        ),
        Question(
            "tokens_in", "How many tokens go in per request?",
            "Instructions, history and retrieved passages count. 100 tokens are about 75 English words.",
            Kind.RANGE, {"low": 1_500, "likely": 3_000, "high": 5_000}, {"low": 200, "likely": 1_500, "high": 6_000},
            "Counts as 200 to 6,000 tokens.", example="500 of instructions, 5 passages of 500: 3,000",
            unit="tokens", low=1, high=1e8,
        ),
        Question(
            "tokens_out", "How many tokens come out per request?",
            "Output costs three to eight times as much as input at most providers, and it takes the time.",
            Kind.RANGE, {"low": 200, "likely": 400, "high": 800}, {"low": 50, "likely": 300, "high": 1_500},
            "Counts as 50 to 1,500 tokens.", example="A paragraph or two: 400", unit="tokens", low=1, high=1e7,
        ),
        Question(
            "cached_share", "Which share of the input repeats from request to request?",
            "Some providers charge a tenth for input that they have just read.",
            Kind.SHARE, 0.0, 0.0, "Counts as nothing cached, the dearer case.",
            example="The same 1,500 tokens of instructions in 3,000: 50 %", high=1,
        ),
        Question(
            "growth_per_month", "How fast does the volume grow?",
            "Growth makes a cheap month dear later, and moves the point where own servers pay.",
            Kind.SHARE, 0.0, 0.0, "Counts as no growth.", example="2 %", unit="a month", low=-0.5, high=1,
        ),
    ),
)

_SPEED = Step(
    "speed",
    "Speed",
    "How long a person may have to wait. Only a measured or published speed proves that a model is fast enough.",
    (
        Question(
            "ttft_limit_s", "How soon must the first words appear?",
            "It decides how fast the product feels in a conversation.",
            Kind.NUMBER, 2.0, None, "No limit on the first token.", example="Chat: 1 to 2 s", unit="s",
            low=0.01, high=86_400, limit=True,
        ),
        Question(
            "total_limit_s", "How soon must the whole answer be there?",
            "Long answers take their time: 400 tokens at 40 a second are 10 s.",
            Kind.NUMBER, 15.0, None, "No limit on the whole answer.", example="Chat: 15 s; overnight jobs: no limit",
            unit="s", low=0.05, high=604_800, limit=True,
        ),
        Question(
            "latency_percentile", "For how many of the requests must that hold?",
            "A median hides the slow tail that people complain about.",
            Kind.CHOICE, "95", "95", "Counts as 95 in 100.", example="95 in 100",
            choices=(
                Choice("50", "Half of them"), Choice("90", "90 in 100"), Choice("95", "95 in 100"),
                Choice("99", "99 in 100"),
            ),
        ),
    ),
)

_DATA = Step(
    "data",
    "Data",
    "What the requests contain and who may see it. These answers are rules, not preferences: they exclude.",
    (
        Question(
            "sensitivity", "How sensitive is the most sensitive part of the data?",
            "It decides which contracts must be in place before any of it goes to another company.",
            Kind.CHOICE, "internal", "internal", "Counts as internal.",
            example="HR and finance documents: confidential",
            choices=(
                Choice("public", "Public", "Anybody may read it"),
                Choice("internal", "Internal", "Not secret, not public"),
                Choice("confidential", "Confidential", "Personnel, finance, customers, trade secrets"),
                Choice("health", "Health data under HIPAA", "Protected health information (US)"),
                Choice("eu-special", "EU special category", "Health, union, religion, biometrics: GDPR Article 9"),
            ),
        ),
        Question(
            "third_party", "May another company process the data?",
            "“No” removes every hosted model, whatever it costs or scores.",
            Kind.CHOICE, "contract", "contract",
            "Hosted models stay in the list, but nothing is sent anywhere until you answer.",
            example="Confidential documents stay here, the rest may go out: only the part that is not sensitive",
            choices=(
                Choice("forbidden", "No, never", "Everything stays on our own machines"),
                Choice("sensitive-stays", "Only the part that is not sensitive", "Marked cases stay on our machines"),
                Choice("contract", "Yes, under a contract", "With the papers named below"),
                Choice("free", "Yes, freely"),
            ),
            asked_when=_is_not_public,
        ),
        Question(
            "sensitive_share", "Which share of the documents is sensitive?",
            "A request with five retrieved passages is clean only if all five are: 30 % sensitive leaves 17 % clean.",
            Kind.SHARE, 0.3, 0.3, "Counts as 30 %.", example="30 %", high=1, asked_when=_is_mixed,
        ),
    ),
)

_RULES = Step(
    "rules",
    "Rules & places",
    "What contracts and places you need. The workbench names what the facts say; it does not give legal advice.",
    (
        Question(
            "papers", "Which papers do you have, or will you get, from the company that processes the data?",
            "Confidential and regulated data may go out only with them.",
            Kind.MULTI, ["dpa", "no-training"], None, "Missing papers are shown as a warning, they exclude nothing.",
            example="Data processing agreement, no training on our data",
            choices=(
                Choice("dpa", "Data processing agreement", "Contract under GDPR Article 28"),
                Choice("baa", "Business associate agreement", "Needed for health data under HIPAA"),
                Choice("zero-retention", "Zero retention", "The provider keeps nothing"),
                Choice("no-training", "No training on our data"),
                Choice("sub-processors", "List of sub-processors"),
            ),
            asked_when=_needs_papers,
        ),
        Question(
            "regions", "Where must the data be processed?", "A provider without that region is out.",
            Kind.MULTI, [], [], "Anywhere.", example="EU",
            choices=(
                Choice("EU", "European Union"), Choice("US", "United States"), Choice("AU", "Australia"),
                Choice("APAC", "Asia and Pacific"), Choice("CN", "China"),
            ),
            asked_when=_data_may_leave,
        ),
        Question(
            "certifications", "Which certificates must the provider hold?",
            "Your security review will ask. The catalog knows only what providers publish.",
            Kind.MULTI, [], [], "None is required.", example="SOC 2, ISO 27001",
            choices=(
                Choice("SOC 2", "SOC 2"), Choice("ISO 27001", "ISO 27001"), Choice("ISO/IEC 42001", "ISO/IEC 42001"),
                Choice("PCI DSS", "PCI DSS"), Choice("FedRAMP", "FedRAMP"),
            ),
            asked_when=_data_may_leave,
        ),
        Question(
            "company_in_eu", "Is your company based in the EU?",
            "Some licences of open models exclude companies there, Llama 4's multimodal terms for one.",
            Kind.YES_NO, False, None, "Such licences show a warning.", example="Yes",
        ),
    ),
)

_QUALITY = Step(
    "quality",
    "Quality",
    "How good is good enough, and what a mistake costs. Your own eval will replace the public benchmarks later.",
    (
        Question(
            "priority", "What matters more?", "It names the approach to start from; it removes nothing.",
            Kind.CHOICE, "balanced", "balanced", "Counts as balanced.", example="Balanced",
            choices=(
                Choice("cost", "Cost and speed", "Good enough is good enough"),
                Choice("balanced", "Balanced"),
                Choice("quality", "Quality", "The best answer, even if it costs more"),
            ),
        ),
        Question(
            "quality_target", "How many answers of 100 must be right?",
            "Until your own eval has run, public benchmarks stand in, with wide intervals.",
            Kind.NUMBER, 75, None, "No bar: models are compared, none is removed for quality.",
            example="75", unit="of 100", high=100, limit=True,
        ),
        Question(
            "error_cost_usd", "What does one wrong answer cost you?",
            "A dearer model pays when the errors it avoids cost more than it does.",
            Kind.RANGE, {"low": 0.5, "likely": 2, "high": 10}, {"low": 0, "likely": 1, "high": 20},
            "Counts as $0 to $20.", example="Five minutes of an employee: about $4", unit="USD", high=1e9,
        ),
    ),
)

_BUDGET = Step(
    "budget",
    "Budget",
    "What may be spent, and over which time the costs are added up.",
    (
        Question(
            "setup_cap_usd", "How much may the set-up cost?", "Own servers and fine-tuning cost most at the start.",
            Kind.MONEY, 60_000, None, "No limit on set-up.", example="$60,000", unit="USD", high=1e12, limit=True,
        ),
        Question(
            "monthly_cap_usd", "How much may it cost a month?",
            "The likely cost must stay below; a high estimate above it is a warning.",
            Kind.MONEY, 4_000, None, "No limit a month.", example="$4,000", unit="USD a month", high=1e12, limit=True,
        ),
        Question(
            "horizon_months", "Over how many months do you compare?",
            "A dear set-up pays only if there is time to earn it back.",
            Kind.NUMBER, 36, 36, "Counts as 36 months.", example="36", unit="months", low=1, high=240, whole=True,
        ),
        Question(
            "discount_rate", "Which yearly rate does your finance team discount with?",
            "Money spent later counts less. 0 % leaves the plain sum.",
            Kind.SHARE, 0.08, 0.08, "Counts as 8 % a year.", example="8 %", unit="a year", high=1,
        ),
    ),
)

_TEAM = Step(
    "team",
    "Time & team",
    "When it must be live and who will run it.",
    (
        Question(
            "weeks_limit", "In how many weeks must it be live?",
            "An API answers today; own servers take weeks.",
            Kind.NUMBER, 12, None, "No deadline.", example="12", unit="weeks", low=0.1, high=1_000, limit=True,
        ),
        Question(
            "skill", "What has your team run in production?",
            "Own servers need people who have done it before, or time to learn.",
            Kind.CHOICE, "api", "api", "Counts as calling an API.", example="Calling an API",
            choices=(
                Choice("none", "Nothing like it yet"),
                Choice("api", "Calling an API"),
                Choice("operations", "Own model servers"),
                Choice("training", "Training or fine-tuning models"),
            ),
        ),
        Question(
            "staff_fte", "How many people will run own servers?",
            "Staff is the cost most often forgotten. 0.1 is half a day a week.",
            Kind.NUMBER, 0.25, 0.25, "Counts as a quarter of one person.", example="0.25",
            unit="full-time people", high=1_000,
        ),
        Question(
            "staff_month_usd", "What does one such person cost a month?", "Multiplied with the line above.",
            Kind.MONEY, 12_000, 12_000, "Counts as $12,000.", example="$12,000", unit="USD a month", high=1e7,
        ),
        Question(
            "min_replicas", "How many copies of an own model server must run?",
            "With two, one may fail. One costs half and stops with its server.",
            Kind.NUMBER, 2, 2, "Counts as two.", example="2", unit="copies", low=1, high=1_000, whole=True,
        ),
        Question(
            "platform_month_usd", "What else do own servers cost a month?",
            "Monitoring, storage, network, the search index.",
            Kind.MONEY, 1_500, 1_500, "Counts as $1,500.", example="$1,500", unit="USD a month", high=1e7,
        ),
    ),
)

_LICENCE = Step(
    "licence",
    "Licence & vendors",
    "What you must be able to do with the model, and whom you will not buy from.",
    (
        Question(
            "licence", "What must the licence allow?", "A model whose licence forbids it is out.",
            Kind.CHOICE, "commercial", "any", "Any licence.", example="Commercial use",
            choices=(
                Choice("any", "No requirement", "A trial or research"),
                Choice("commercial", "Commercial use"),
                Choice("open-weights", "Commercial use, and the weights", "To tune without limits and leave any host"),
            ),
        ),
        Question(
            "excluded_developers", "Which makers of models do you rule out?", "Company policy, for example.",
            Kind.MULTI, [], [], "Nobody is ruled out.", example="none", choices_from="developers",
        ),
        Question(
            "excluded_countries", "Which countries of makers and providers do you rule out?",
            "Counts for who made the model and for who would process the data.",
            Kind.MULTI, [], [], "No country is ruled out.", example="none", choices_from="countries",
        ),
    ),
)

_CONTEXT = Step(
    "context",
    "Context",
    "How much text one request must hold at most.",
    (
        Question(
            "context_tokens", "How long is the longest request, answer included?",
            "A longer context takes memory and money; retrieval often does the same job with less.",
            Kind.NUMBER, 8_000, None, "The highest input plus the highest output you gave.",
            example="8,000; a whole contract of 200 pages: 100,000", unit="tokens",
            low=1, high=1e9, whole=True, limit=True,
        ),
    ),
)

STEPS = (_PRODUCT, _WORKLOAD, _SPEED, _DATA, _RULES, _QUALITY, _BUDGET, _TEAM, _LICENCE, _CONTEXT)
