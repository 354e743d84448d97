"""Common Swedish names, to make synthetic people of (source: SCB, name statistics)."""

WOMEN = (
    "Anna Eva Maria Karin Kristina Lena Sara Emma Malin Jenny Linda Hanna Johanna Elin Ida Amanda Fatima Zahra "
    "Ebba Alma Maja Wilma Julia Alva Saga Astrid Freja Leila Amina Sofia Klara Agnes Elsa Ingrid Birgitta Ulla"
).split()
MEN = (
    "Lars Mikael Anders Johan Erik Per Karl Peter Jan Daniel Fredrik Andreas Magnus Stefan Jonas Marcus Ali Omar "
    "Oscar Lucas William Liam Hugo Elias Oliver Axel Adam Nils Ahmed Mohammed Hassan Viktor Emil Anton Gustav Sven"
).split()
FAMILY = (
    "Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Pettersson Jonsson "
    "Jansson Hansson Bengtsson Lindberg Lindström Lindqvist Lindgren Berg Axelsson Bergström Lundberg Lind "
    "Lundgren Lundqvist Mattsson Berglund Fredriksson Sandberg Henriksson Forsberg Sjöberg Wallin Engström Eklund "
    "Danielsson Lundin Håkansson Björk Bergman Ali Mohamed Ahmed Hassan Holm Nyström Åberg Öberg Östlund Åkesson"
).split()
