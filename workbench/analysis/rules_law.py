"""Tier 0: law, contracts and licences (methods.md section 6, R0.1 to R0.5). Not legal advice.

R0.4 holds throughout: the processor of the data is the host, not the developer of the model.
"""

from __future__ import annotations

from workbench.analysis.candidates import Candidate
from workbench.analysis.data_policy import how_words, mode_with, no_training_mode, zero_retention_mode
from workbench.analysis.rules import About, Context, Effect, Finding, Rule, excluded, kept, warned
from workbench.analysis.words import day, listed, share, sorted_list
from workbench.domain.model import CommercialUse
from workbench.domain.provider import AccountMode, Provider
from workbench.domain.requirements import LicenceNeed, Requirements, Sensitivity, ThirdParty
from workbench.domain.verdict import NOT_ANSWERED, Hosting

NOT_ADVICE = "not legal advice"
_METHOD = "rule of the workbench"
_REGULATED = frozenset({Sensitivity.HEALTH, Sensitivity.EU_SPECIAL})
_STRICT = _REGULATED | {Sensitivity.CONFIDENTIAL}
# Licences that exclude companies based in the EU, by their name in the catalog.
EU_EXCLUDING_LICENCES = frozenset({"Llama 4 Community License"})
LEVEL_WORDS = {
    Sensitivity.PUBLIC: "public",
    Sensitivity.INTERNAL: "internal",
    Sensitivity.CONFIDENTIAL: "confidential",
    Sensitivity.HEALTH: "health",
    Sensitivity.EU_SPECIAL: "special-category",
}


def outgoing_level(requirements: Requirements) -> Sensitivity:
    """The most sensitive data that may reach a host: of mixed data only the clean part leaves."""
    if requirements.third_party is ThirdParty.SENSITIVE_STAYS and requirements.sensitivity is not Sensitivity.PUBLIC:
        return Sensitivity.INTERNAL
    return requirements.sensitivity


def provider_source(provider: Provider | None) -> str:
    """Where a provider's policy is from and as of when."""
    if provider is None:
        return "no facts about this provider in the catalog"
    return f"{provider.sources[0] if provider.sources else provider.name}, as of {day(provider.as_of)}"


def clause_source(mode: AccountMode) -> str:
    """Where an account mode's clause is from, and whether anybody opened it."""
    return f"{mode.source}, as of {mode.as_of}{'' if mode.read else ' (not opened)'}"


def _third_party(context: Context, candidate: Candidate) -> Finding | None:
    rule = context.requirements.third_party
    asked = {
        ThirdParty.FORBIDDEN: "no other company processes the data",
        ThirdParty.SENSITIVE_STAYS: "sensitive requests stay here",
        ThirdParty.CONTRACT: "only under a contract",
        ThirdParty.FREE: "no limit",
    }[rule]
    if candidate.hosting is not Hosting.API:
        where = "this machine" if candidate.hosting is Hosting.LOCAL_FILE else "servers under your control"
        return kept(f"Runs on {where}: nothing goes to another company.", asked, where)
    host = candidate.processor
    if rule is ThirdParty.FORBIDDEN:
        text = f"{host} would process the data; you said no other company may."
        return excluded(text, asked, f"processed by {host}", answer=ThirdParty.CONTRACT.value)
    if context.requirements.data_is_open:
        text = f"{host} would process the data; you have not said yet whether another company may."
        return warned(text, NOT_ANSWERED, f"processed by {host}")
    if rule is ThirdParty.SENSITIVE_STAYS:
        part = share(context.requirements.sensitive_share)
        text = f"For clean requests only: {part} of the documents are sensitive and must stay with a model of your own."
        return warned(text, asked, f"processed by {host}")
    return kept(f"{host} processes the data; you allow that.", asked, f"processed by {host}")


def _needs_papers(context: Context, candidate: Candidate) -> bool:
    return candidate.hosting is Hosting.API and context.requirements.third_party is not ThirdParty.FORBIDDEN


def _missing_paper(context: Context, paper: str, what: str, level: Sensitivity, candidate: Candidate) -> Finding:
    """A paper the level demands: there, not known to be there (warning), or not there (excluded)."""
    requirements = context.requirements
    asked = f"{what} for {LEVEL_WORDS[level]} data"
    if paper in requirements.papers:
        return kept(f"You have or will get a {what} with {candidate.processor}.", asked, "recorded by you")
    if "papers" in requirements.unknown:
        text = f"Needs a {what} with {candidate.processor}; you have not said whether there is one."
        return warned(text, asked, "not answered yet")
    text = f"{LEVEL_WORDS[level].capitalize()} data needs a {what} with {candidate.processor}; none is recorded."
    return excluded(text, asked, "not recorded", answer=sorted({*requirements.papers, paper}))


def _processing_agreement(context: Context, candidate: Candidate) -> Finding | None:
    level = outgoing_level(context.requirements)
    if not _needs_papers(context, candidate) or level not in _STRICT:
        return None
    return _missing_paper(context, "dpa", "data processing agreement", level, candidate)


def _sub_processors(context: Context, candidate: Candidate) -> Finding | None:
    level = outgoing_level(context.requirements)
    if not _needs_papers(context, candidate) or level not in _STRICT:
        return None
    finding = _missing_paper(context, "sub-processors", "list of sub-processors", level, candidate)
    listed = candidate.provider.sub_processors if candidate.provider else None
    return finding if listed is None else finding._replace(source=f"published at {listed.url}")


def _associate_agreement(context: Context, candidate: Candidate) -> Finding | None:
    level = outgoing_level(context.requirements)
    if not _needs_papers(context, candidate) or level is not Sensitivity.HEALTH:
        return None
    offered = candidate.provider.hipaa_baa if candidate.provider else "unknown"
    if offered != "yes":
        text = f"Health data needs a business associate agreement; no source says that {candidate.processor} signs one."
        return excluded(text, "business associate agreement", "no source says", provider_source(candidate.provider))
    return _missing_paper(context, "baa", "business associate agreement", level, candidate)


def _no_training(context: Context, candidate: Candidate) -> Finding | None:
    level = outgoing_level(context.requirements)
    if not _needs_papers(context, candidate) or level is Sensitivity.PUBLIC:
        return None
    asked, source = "no training on your data", provider_source(candidate.provider)
    host = candidate.processor
    policy = candidate.provider.trains_on_api_data if candidate.provider else "unknown"
    if policy == "no":
        return kept(f"{host} says it does not train on API data.", asked, "no training", source)
    if policy == "yes":
        return excluded(f"{host} trains on API data.", asked, "trains on requests", source)
    if "no-training" in context.requirements.papers:
        return kept(f"You have it in writing that {host} does not train on your data.", asked, "recorded by you")
    mode = no_training_mode(candidate.provider)
    if policy == "opt-out":
        return warned(f"{host} trains on API data unless you opt out.{_in_mode(mode)}", asked, "opt-out", source)
    what = "it passes requests on to other hosts" if policy == "upstream" else "no source says"
    if level in _STRICT and "papers" not in context.requirements.unknown:
        text = f"Whether {host} trains on API data is not known: {what}."
        return excluded(text, asked, what, source, answer=sorted({*context.requirements.papers, "no-training"}))
    text = f"Unproven that {host} does not train on API data: {what}.{_in_mode(mode)}"
    return warned(text, asked, what, source)


def _in_mode(mode: AccountMode | None) -> str:
    """The account mode that would settle it, as a sentence to add; "" when there is none."""
    return f" Its mode “{mode.name}” ends that: {how_words(mode)}." if mode else ""


def _zero_retention(context: Context, candidate: Candidate) -> Finding | None:
    wanted = "zero-retention" in context.requirements.papers
    if not _needs_papers(context, candidate) or not (wanted or outgoing_level(context.requirements) in _STRICT):
        return None
    asked, source = "zero retention where offered", provider_source(candidate.provider)
    host = candidate.processor
    policy = candidate.provider.zero_retention if candidate.provider else "unknown"
    if policy == "default":
        return kept(f"{host} keeps nothing by default.", asked, "by default", source)
    if policy in ("none", "unknown"):
        found = "does not offer zero retention" if policy == "none" else "has no published zero-retention terms"
        return warned(f"{host} {found}.", asked, found, source)
    mode = zero_retention_mode(candidate.provider)
    if mode is None:
        return warned(f"{host} offers zero retention on request ({policy}): ask for it.", asked, policy, source)
    text = f"{host} offers zero retention as “{mode.name}”: {how_words(mode)}."
    return warned(text, asked, policy, clause_source(mode))


def _model_policy(context: Context, candidate: Candidate) -> Finding | None:
    """Policies that hold for one model at every host, whatever the host's own are."""
    model = candidate.model
    if model is None or model.data_policy_code is None or not _needs_papers(context, candidate):
        return None
    if outgoing_level(context.requirements) is Sensitivity.PUBLIC:
        return None
    source = model.data_policy_source or _METHOD
    if model.data_policy_code == "trains_on_traffic":
        text = f"{model.name} is sold cheaper in exchange for training on your requests."
        return excluded(text, "no training on your data", "trains on requests", source)
    if model.data_policy_code == "retained_30_days":
        text = f"All requests to {model.name} are kept up to 30 days; zero retention does not cover it."
        finding = excluded if "zero-retention" in context.requirements.papers else warned
        return finding(text, "zero retention where offered", "kept up to 30 days", source)
    return None


def _legal_review(context: Context, candidate: Candidate) -> Finding | None:
    level = outgoing_level(context.requirements)
    if not _needs_papers(context, candidate) or level not in _REGULATED:
        return None
    needs = "HIPAA rules" if level is Sensitivity.HEALTH else "GDPR Article 9 and, outside the EU, Chapter V"
    text = f"Have a lawyer review it: {needs} apply. The workbench never approves this on its own."
    return warned(text, "legal review", "open", NOT_ADVICE)


def _regions(context: Context, candidate: Candidate) -> Finding | None:
    wanted = context.requirements.regions
    if not wanted or candidate.hosting is not Hosting.API:
        return None
    asked, source = f"processed in {sorted_list(wanted, 'or')}", provider_source(candidate.provider)
    regions = set(candidate.provider.regions) if candidate.provider else set()
    eu = candidate.provider.eu_processing if candidate.provider else "unknown"
    offered = sorted_list(regions) if regions else "no source says"
    found = wanted & (regions | ({"EU"} if eu == "yes" else set()))
    mode = mode_with(candidate.provider, candidate.model, wanted)
    if mode is not None and candidate.provider is not None:
        text = f"{candidate.processor} processes data in {sorted_list(set(mode.regions) & wanted)} as “{mode.name}”: "
        finding = kept if mode.how == "self-serve" else warned
        return finding(f"{text}{how_words(mode)}.", asked, offered, clause_source(mode))
    if found:
        return kept(f"{candidate.processor} processes data in {sorted_list(found)}.", asked, offered, source)
    if "EU" in wanted and eu == "partial":
        return warned(f"{candidate.processor} processes only part of it in the EU.", asked, "EU in part", source)
    if not regions and eu == "unknown":
        if outgoing_level(context.requirements) in _STRICT:
            text = f"No source says where {candidate.processor} processes data."
            return excluded(text, asked, offered, source, answer=[])
        return warned(f"Unproven: no source says where {candidate.processor} processes data.", asked, offered, source)
    text = f"{candidate.processor} does not process data in {sorted_list(wanted, 'or')}."
    return excluded(text, asked, offered, source, answer=[])


def _certifications(context: Context, candidate: Candidate) -> Finding | None:
    wanted = context.requirements.certifications
    if not wanted or candidate.hosting is not Hosting.API:
        return None
    held = candidate.provider.certifications if candidate.provider else ()
    missing = sorted(name for name in wanted if not any(item.startswith(name) for item in held))
    asked, source = sorted_list(wanted), provider_source(candidate.provider)
    if not missing:
        return kept(f"{candidate.processor} holds {asked}.", asked, listed(held), source)
    if not held:
        text = f"Unproven: no source lists the certificates of {candidate.processor}."
        return warned(text, asked, "no source says", source)
    text = f"{candidate.processor} does not list {listed(missing)}."
    return excluded(text, asked, listed(held), source, answer=sorted(wanted - set(missing)))


_LICENCE_WORDS = {
    LicenceNeed.ANY: "no requirement",
    LicenceNeed.COMMERCIAL: "commercial use",
    LicenceNeed.OPEN_WEIGHTS: "commercial use, and the weights",
}


def _licence(context: Context, candidate: Candidate) -> Finding | None:
    need, model = context.requirements.licence, candidate.model
    if model is None:
        return None
    asked = _LICENCE_WORDS[need]
    name, source = model.licence.name or "licence not known", model.licence.source or _METHOD
    if need is LicenceNeed.OPEN_WEIGHTS and not model.open_weights:
        text = f"The weights of {model.name} are not published."
        return excluded(text, asked, "weights not published", source, answer=LicenceNeed.COMMERCIAL.value)
    if candidate.hosting is Hosting.API:
        # Whoever sells the API holds the licence; the customer holds the provider's terms.
        return kept("Used under the provider's terms.", asked, name, source)
    use = model.licence.commercial_use
    if use is CommercialUse.RESTRICTED:
        text = f"{name} does not allow commercial use."
        if need is LicenceNeed.ANY:
            return warned(text, asked, name, source)
        return excluded(text, asked, name, source, answer=LicenceNeed.ANY.value)
    if use is CommercialUse.UNKNOWN:
        return warned("Unproven: no source says what the licence allows.", asked, name, source)
    if use is CommercialUse.CONDITIONAL:
        return warned(f"{name}, with conditions: {model.licence.note or 'read it'}", asked, name, source)
    return kept(f"{name} allows commercial use.", asked, name, source)


def _licence_place(context: Context, candidate: Candidate) -> Finding | None:
    model = candidate.model
    if model is None or model.licence.name not in EU_EXCLUDING_LICENCES:
        return None
    asked, name, source = "usable by your company", model.licence.name or "", model.licence.source or _METHOD
    if context.requirements.company_in_eu:
        text = f"The {name} excludes companies based in the EU."
        return excluded(text, "usable by a company in the EU", name, source)
    if "company_in_eu" in context.requirements.unknown:
        text = f"The {name} excludes companies based in the EU; you have not said where yours is."
        return warned(text, asked, name, source)
    return kept(f"The {name} excludes companies in the EU; yours is elsewhere.", asked, name, source)


LAW = (
    Rule(
        "R0.1",
        0,
        "third_party",
        About.HOST,
        "Another company would process the data",
        _METHOD,
        _third_party,
        "the host is another company, and the answer says who may process the data",
    ),
    Rule(
        "R0.2.dpa",
        0,
        "papers",
        About.HOST,
        "Data processing agreement",
        "GDPR Article 28(3)",
        _processing_agreement,
        "confidential or regulated data goes to another company",
    ),
    Rule(
        "R0.2.sub",
        0,
        "papers",
        About.HOST,
        "List of sub-processors",
        "GDPR Article 28(2)",
        _sub_processors,
        "confidential or regulated data goes to another company",
    ),
    Rule(
        "R0.2.baa",
        0,
        "papers",
        About.HOST,
        "Business associate agreement",
        "HHS guidance",
        _associate_agreement,
        "health data goes to another company, even as ciphertext",
    ),
    Rule(
        "R0.2.train",
        0,
        "papers",
        About.HOST,
        "No training on the data",
        _METHOD,
        _no_training,
        "data that is not public goes to another company",
    ),
    Rule(
        "R0.2.retain",
        0,
        "papers",
        About.HOST,
        "Zero retention",
        _METHOD,
        _zero_retention,
        "confidential or regulated data goes to another company, or zero retention is asked for",
        Effect.WARN,
    ),
    Rule(
        "R0.2.model",
        0,
        "papers",
        About.WAY,
        "The model's own data policy",
        _METHOD,
        _model_policy,
        "the model has a data policy of its own, whatever its host's is",
    ),
    Rule(
        "R0.2.review",
        0,
        "sensitivity",
        About.HOST,
        "Legal review",
        _METHOD,
        _legal_review,
        "regulated data goes to another company",
        Effect.WARN,
    ),
    Rule("R0.3", 0, "licence", About.WAY, "Licence", _METHOD, _licence, "a licence need is stated"),
    Rule(
        "R0.3.eu",
        0,
        "company_in_eu",
        About.MODEL,
        "Licence and the place of the company",
        _METHOD,
        _licence_place,
        "the licence excludes companies in the EU",
    ),
    Rule(
        "R0.4.region",
        0,
        "regions",
        About.OFFER,
        "Where the host processes data",
        _METHOD,
        _regions,
        "a region is required and a host processes the data",
    ),
    Rule(
        "R0.4.cert",
        0,
        "certifications",
        About.HOST,
        "The host's certificates",
        _METHOD,
        _certifications,
        "certificates are required and a host processes the data",
    ),
)
