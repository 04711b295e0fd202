"""Units that numbers in answers have, and how they become one another."""

from __future__ import annotations

from typing import NamedTuple


class Unit(NamedTuple):
    """`value * factor + offset` is the value in the base unit of its kind."""

    name: str
    kind: str
    factor: float
    offset: float = 0.0

    def to_base(self, value: float) -> float:
        return value * self.factor + self.offset

    def from_base(self, value: float) -> float:
        return (value - self.offset) / self.factor


_TABLE: tuple[tuple[str, str, float], ...] = (
    ("mm millimetre millimetres millimeter millimeters", "length", 0.001),
    ("cm centimetre centimetres centimeter centimeters", "length", 0.01),
    ("m metre metres meter meters", "length", 1.0),
    ("km kilometre kilometres kilometer kilometers", "length", 1000.0),
    ("in inch inches", "length", 0.0254),
    ("ft foot feet", "length", 0.3048),
    ("yd yard yards", "length", 0.9144),
    ("mi mile miles", "length", 1609.344),
    ("mg milligram milligrams", "mass", 1e-6),
    ("g gram grams", "mass", 0.001),
    ("kg kilogram kilograms kilo kilos", "mass", 1.0),
    ("t tonne tonnes", "mass", 1000.0),
    ("oz ounce ounces", "mass", 0.028349523125),
    ("lb lbs pound pounds", "mass", 0.45359237),
    ("ms millisecond milliseconds", "time", 0.001),
    ("s sec second seconds", "time", 1.0),
    ("min minute minutes", "time", 60.0),
    ("h hr hour hours", "time", 3600.0),
    ("d day days", "time", 86400.0),
    ("week weeks", "time", 604800.0),
    ("ml millilitre millilitres milliliter milliliters", "volume", 0.001),
    ("l L litre litres liter liters", "volume", 1.0),
    ("m³ m3", "volume", 1000.0),
    ("m² m2 sqm", "area", 1.0),
    ("ha hectare hectares", "area", 1e4),
    ("km² km2", "area", 1e6),
    ("m/s", "speed", 1.0),
    ("km/h kph", "speed", 1 / 3.6),
    ("mph", "speed", 0.44704),
    ("B byte bytes", "data", 1.0),
    ("kB KB kilobyte kilobytes", "data", 1e3),
    ("MB megabyte megabytes", "data", 1e6),
    ("GB gigabyte gigabytes", "data", 1e9),
    ("TB terabyte terabytes", "data", 1e12),
    ("KiB", "data", 2.0**10),
    ("MiB", "data", 2.0**20),
    ("GiB", "data", 2.0**30),
    ("Wh", "energy", 3600.0),
    ("kWh", "energy", 3.6e6),
    ("J joule joules", "energy", 1.0),
    ("kJ", "energy", 1e3),
    ("W watt watts", "power", 1.0),
    ("kW kilowatt kilowatts", "power", 1e3),
    ("K kelvin", "temperature", 1.0),
    ("% percent", "percent", 1.0),
    ("€ EUR euro euros", "EUR", 1.0),
    ("$ USD dollar dollars", "USD", 1.0),
    ("£ GBP", "GBP", 1.0),
    ("¥ JPY yen", "JPY", 1.0),
    ("CHF franc francs", "CHF", 1.0),
)
UNITS: dict[str, Unit] = {
    name: Unit(name, kind, factor) for names, kind, factor in _TABLE for name in names.split()
} | {
    "°C": Unit("°C", "temperature", 1.0, 273.15),
    "°F": Unit("°F", "temperature", 5 / 9, 273.15 - 32 * 5 / 9),
}
#: kinds that are money, each by its code
CURRENCIES = ("EUR", "USD", "GBP", "JPY", "CHF")


def unit_named(name: str) -> Unit | None:
    """The unit of this name or sign, a word of it also with capitals; None for none."""
    return UNITS.get(name) or (UNITS.get(name.lower()) if len(name) > 3 else None)
