"""Names of people, towns and suppliers, in disjoint parts for training and for the eval set."""

from __future__ import annotations

from pool import Pool


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = Pool(
    train=words(
        """
        Anna Ben Clara David Elena Frank Grace Henry Ines Jonas Karin Leon Maria Nils Olga Paul Rosa Simon
        Tina Victor Wendy Yusuf Zoe Adam Bella Carlos Diana Erik Fatima George Hanna Ivan Julia Kofi Laura
        Martin Nadia Oscar Petra Quentin Robert Sofia Thomas Ursula Vera Walter Xenia Yara Aisha Bruno
        Cecile Dmitri Emma Felix Gloria Hugo Irene Jakob Kim Lars Mona Noah Otto Priya Ravi Sara Tariq Uma
        Wei Amir Berta Daniel Edith Fiona Gustav Helen Igor Jane Kurt Linda Miguel Nora Omar Pablo Rita
        Stefan Tara Ulrich Vikram Alice Boris
        """
    ),
    held_out=words(
        """
        Marta Tobias Leila Andre Ingrid Samuel Chiara Matthias Astrid Kenji Paula Darius Selma Rafael Miriam
        Anton Livia Hassan Greta Lorenz Amara Viktor Noemi Jasper Dalia Emil
        """
    ),
)
LAST_NAMES = Pool(
    train=words(
        """
        Smith Meyer Garcia Rossi Novak Jensen Kumar Tanaka Silva Brown Keller Moreau Larsen Petrov Ahmed
        Lopez Fischer Berg Costa Dubois Evans Ferrari Green Huber Ito Jones Klein Lange Murphy Nguyen Olsen
        Patel Quinn Richter Santos Turner Urban Vogel Walker Xu Young Zimmer Adler Bianchi Carter Dahl
        Eklund Foster Gruber Hansen Ivanov Jung Kovac Lehmann Martin Nielsen Ortega Peters Reed Schmidt
        Taylor Unger Vargas Weber Yilmaz Ziegler Arnold Becker Clarke Diaz Ellis Frank Gomez Hill Kraus
        Lewis Moser Nash Owen Parker Roth Stone
        """
    ),
    held_out=words(
        """
        Kowalska Lindner Haddad Ferreira Solberg Whitman Romano Nakamura Baumann Okafor Castell Dietrich
        Marino Holmgren Farouk Sandoval Perrin Kestler Varga Ostrow Bellamy Thorne
        """
    ),
)
TOWNS = Pool(
    train=words(
        """
        Paris London Berlin Madrid Rome Vienna Oslo Dublin Lisbon Prague Zurich Boston Chicago Denver Tokyo
        Delhi Cairo Nairobi Lima Toronto Geneva Milan Hamburg Munich Leeds Lyon Turin Porto Basel Graz Seoul
        Dallas
        """
    ),
    held_out=words("Warsaw Helsinki Valencia Antwerp Seville Krakow Bergen Montreal Tallinn Leipzig Osaka"),
)
SUPPLIERS = Pool(
    train=words(
        """
        Acme Nordtek Bluefin Cartona Delphi Everline Fairways Gridline Hexagon Inkwell Jupiter Kernwerk
        Lumina Metrix Norwood Optima Paperhaus Quantis Redwood Solaris Telmark Unifix Vantage Westport Zenit
        """
    ),
    held_out=words("Norvex Calibra Stellwerk Brightlin Oakmont Veridal Tandemo Kaltrix Portsea Fenmark"),
)
SYSTEMS = Pool(
    train=words("Ledger Compass Atlas Beacon Harbor Orbit Mosaic Summit Pilot Anchor Signal Bridge Canvas"),
    held_out=words("Lantern Falcon Meridian Cobalt Trellis Quarry"),
)
HELD_OUT_NAMES = frozenset(
    name for pool in (FIRST_NAMES, LAST_NAMES, TOWNS, SUPPLIERS, SYSTEMS) for name in pool.held_out
)
