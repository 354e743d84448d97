from handslag.cli.main import main

main()
